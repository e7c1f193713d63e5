/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: one, and a list of them. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

/* Cuts a UTF-8 sequence that snprintf broke at the end of a full buffer. */
static void trim_broken_character(char *text, size_t len)
{
	size_t i = len;

	while (i > 0 && ((unsigned char)text[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && (unsigned char)text[i - 1] >= 0xc0)
		text[i - 1] = '\0';
}

static void fill(struct err *err, const char *format, va_list args)
{
	int len = vsnprintf(err->text, sizeof(err->text), format, args);

	if (len >= (int)sizeof(err->text))
		trim_broken_character(err->text, sizeof(err->text) - 1);
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	*err = (struct err){.kind = kind};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	return false;
}

bool err_at(struct err *err, struct pos pos, const char *format, ...)
{
	va_list args;

	*err = (struct err){.kind = ERR_INPUT, .pos = pos};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	return false;
}

bool err_sys(struct err *err, const char *format, ...)
{
	int code = errno;
	va_list args;
	size_t len;

	*err = (struct err){.kind = ERR_SYSTEM, .status = code};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(code));
	return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
	char old[ERR_TEXT_BYTES];
	va_list args;
	size_t len;

	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	return false;
}

void errs_init(struct errs *errs, struct arena *arena)
{
	*errs = (struct errs){.arena = arena};
}

static void add(struct errs *errs, struct err_item item)
{
	if (errs->nitems < ERRS_MAX)
		ARENA_PUSH(errs->arena, errs->items, errs->nitems, item);
	if (item.warning)
		errs->nwarnings++;
}

void errs_add(struct errs *errs, struct pos pos, const char *format, ...)
{
	struct err_item item = {.kind = ERR_INPUT, .pos = pos};
	va_list args;

	va_start(args, format);
	item.text = arena_vprintf(errs->arena, format, args);
	va_end(args);
	add(errs, item);
}

void errs_warn(struct errs *errs, struct pos pos, const char *format, ...)
{
	struct err_item item = {.warning = true, .kind = ERR_INPUT, .pos = pos};
	va_list args;

	va_start(args, format);
	item.text = arena_vprintf(errs->arena, format, args);
	va_end(args);
	add(errs, item);
}

void errs_add_err(struct errs *errs, const struct err *err)
{
	if (err->kind == ERR_NONE)
		return;
	add(errs,
		(struct err_item){.kind = err->kind,
			.pos = err->pos,
			.text = arena_strdup(errs->arena, err->text)});
}

bool errs_failed(const struct errs *errs)
{
	return errs->nitems > errs->nwarnings;
}

static bool same(const struct err_item *a, const struct err_item *b)
{
	return a->warning == b->warning && a->pos.line == b->pos.line &&
		a->pos.column == b->pos.column && !strcmp(a->text, b->text);
}

/* Where a file was first mentioned: files keep the order in which they were read. */
static size_t file_rank(const struct errs *errs, const char *file)
{
	for (size_t i = 0; i < errs->nitems; i++) {
		const char *other = errs->items[i].pos.file;

		if (file == other || (file && other && !strcmp(file, other)))
			return i;
	}
	return errs->nitems;
}

static bool before(
	const struct errs *errs, const struct err_item *a, const struct err_item *b)
{
	size_t ra = file_rank(errs, a->pos.file), rb = file_rank(errs, b->pos.file);

	if (ra != rb)
		return ra < rb;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line;
	return a->pos.column < b->pos.column;
}

void errs_sort(struct errs *errs)
{
	struct err_item *sorted =
		ARENA_NEW_N(errs->arena, errs->nitems + 1, struct err_item);
	size_t n = 0;

	/* Insertion keeps equal places in the order of their discovery; ERRS_MAX bounds the work. */
	for (size_t i = 0; i < errs->nitems; i++) {
		const struct err_item *item = &errs->items[i];
		size_t at = n;
		bool repeat = false;

		for (size_t j = 0; j < n && !repeat; j++)
			repeat = same(&sorted[j], item);
		if (repeat) {
			errs->nwarnings -= item->warning;
			continue;
		}
		while (at > 0 && before(errs, item, &sorted[at - 1]))
			at--;
		memmove(&sorted[at + 1], &sorted[at], (n - at) * sizeof(*sorted));
		sorted[at] = *item;
		n++;
	}
	errs->items = sorted;
	errs->nitems = n;
}
