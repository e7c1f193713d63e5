/* SPDX-License-Identifier: Apache-2.0 */
/* Each log keeps its pieces in one buffer, each behind a header; the earliest first piece
 * of all is the next. */
#include "compose/scheduler/merge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/scheduler/follow.h"
#include "compose/scheduler/stamp.h"

/* What stands before a piece's text: its time's text, which may be empty, comes first. */
struct header {
	int64_t key; /* never less than that of the piece before */
	size_t len;
	size_t nstamp; /* with its NUL; 0: none */
	int fd;
};

struct merge_log {
	const char *name;
	void *user;
	struct merge_log *next; /* merge.logs' list */
	struct str pieces;
	size_t ntaken; /* bytes of pieces */
	int64_t newest;
	bool closed;
	bool told; /* that it has ended */
};

struct merge {
	struct merge_log *logs;
};

struct merge *merge_new(void)
{
	return xalloc(sizeof(struct merge));
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	for (struct merge_log *log = merge->logs, *next; log; log = next) {
		next = log->next;
		str_finish(&log->pieces);
		free(log);
	}
	free(merge);
}

struct merge_log *merge_add(struct merge *merge, const char *name, void *user)
{
	struct merge_log *log = xalloc(sizeof(*log));

	*log = (struct merge_log){.name = name, .user = user, .next = merge->logs};
	merge->logs = log;
	return log;
}

static size_t bytes_left(const struct merge_log *log)
{
	return log->pieces.len - log->ntaken;
}

bool merge_is_full(const struct merge_log *log)
{
	return bytes_left(log) >= MERGE_FULL_BYTES;
}

/* Makes room where pieces were taken. */
static void compact(struct merge_log *log)
{
	size_t left = bytes_left(log);

	if (log->ntaken < left)
		return;
	if (left)
		memmove(log->pieces.text, log->pieces.text + log->ntaken, left);
	log->pieces.len = left;
	log->ntaken = 0;
}

void merge_push(struct merge_log *log, const struct follow_text *text)
{
	struct header header = {.fd = text->fd, .len = text->len};
	int64_t ns;

	if (text->stamp)
		header.nstamp = strlen(text->stamp) + 1;
	if (stamp_parse(text->stamp, &ns) && ns > log->newest)
		log->newest = ns;
	header.key = log->newest;
	compact(log);
	str_add_n(&log->pieces, (const char *)&header, sizeof(header));
	str_add_n(&log->pieces, text->stamp, header.nstamp);
	str_add_n(&log->pieces, text->data, text->len);
}

void merge_close(struct merge_log *log)
{
	log->closed = true;
}

static struct header first_of(const struct merge_log *log)
{
	struct header header;

	memcpy(&header, log->pieces.text + log->ntaken, sizeof(header));
	return header;
}

static bool is_before(const struct merge_log *a, const struct merge_log *b)
{
	int64_t x = first_of(a).key, y = first_of(b).key;

	return x != y ? x < y : strcmp(a->name, b->name) < 0;
}

static void take(struct merge_log *log, struct follow_text *out)
{
	struct header header = first_of(log);
	const char *text = log->pieces.text + log->ntaken + sizeof(header);

	*out = (struct follow_text){
		.fd = header.fd,
		.stamp = header.nstamp ? text : NULL,
		.data = text + header.nstamp,
		.len = header.len,
	};
	log->ntaken += sizeof(header) + header.nstamp + header.len;
}

bool merge_next(struct merge *merge, void **out_user, struct follow_text *out)
{
	struct merge_log *first = NULL;
	bool waits = false;

	for (struct merge_log *log = merge->logs; log; log = log->next) {
		if (bytes_left(log)) {
			if (!first || is_before(log, first))
				first = log;
		} else if (!log->closed) {
			waits = true;
		} else if (!log->told) {
			log->told = true;
			*out_user = log->user;
			*out = (struct follow_text){0};
			return true;
		}
	}
	if (!first || waits)
		return false;
	take(first, out);
	*out_user = first->user;
	return true;
}
