/* SPDX-License-Identifier: Apache-2.0 */
/* Detach keys: reading the list, and finding the sequence in what is typed. */
#include "cmd/detach.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

/* One key of the list; -1: none. */
static int parse_key(const char *text, size_t len)
{
	char c = text[len - 1];

	if (len == 1)
		return (unsigned char)c;
	if (len != strlen("ctrl-x") || strncmp(text, "ctrl-", len - 1) != 0)
		return -1;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 1;
	return (c >= '@' && c <= '_' && !(c >= 'A' && c <= 'Z')) ? c - '@' : -1;
}

bool detach_init(struct detach *detach, const char *keys, struct err *err)
{
	const char *item = keys ? keys : DETACH_KEYS_DEFAULT;

	*detach = (struct detach){0};
	while (*item) {
		size_t len = strcspn(item, ",");
		int key = len ? parse_key(item, len) : -1;

		if (key < 0 || detach->nkeys == DETACH_KEYS_MAX)
			return err_set(err, ERR_INPUT,
				"not detach keys: \"%s\"; a comma list of characters and "
				"ctrl-x, such as %s",
				keys, DETACH_KEYS_DEFAULT);
		detach->keys[detach->nkeys++] = (char)key;
		item += len;
		item += *item == ',';
	}
	return true;
}

/*
 * The first held key turns out to be plain input. What stays held is the longest end of
 * the rest that is a beginning of the sequence, so that "ctrl-p ctrl-p ctrl-q" detaches
 * too.
 */
static void release_one(struct detach *detach, struct str *out)
{
	size_t held = detach->nmatched;
	size_t keep = held - 1;

	while (keep && memcmp(detach->keys, detach->keys + held - keep, keep) != 0)
		keep--;
	str_add_n(out, detach->keys, held - keep);
	detach->nmatched = keep;
}

bool detach_filter(struct detach *detach, const char *typed, size_t len, struct str *out)
{
	if (!detach->nkeys) {
		str_add_n(out, typed, len);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		while (detach->nmatched && typed[i] != detach->keys[detach->nmatched])
			release_one(detach, out);
		if (typed[i] != detach->keys[detach->nmatched])
			str_add_c(out, typed[i]);
		else if (++detach->nmatched == detach->nkeys)
			return true;
	}
	return false;
}
