/* SPDX-License-Identifier: Apache-2.0 */
/* A list of errors, what led to their files, and their order. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

void errs_init(struct errs *errs, struct arena *arena)
{
	*errs = (struct errs){.arena = arena};
}

/* What is only counted needs no words. */
static void add(
	struct errs *errs, struct err_item *item, const char *format, va_list args)
{
	size_t *n = item->warning ? &errs->nwarnings : &errs->nerrors;

	if ((*n)++ >= ERRS_KEPT_MAX)
		return;
	item->text = arena_vprintf(errs->arena, format, args);
	ARENA_PUSH(errs->arena, errs->items, errs->nitems, *item);
}

void errs_add(struct errs *errs, struct pos pos, const char *format, ...)
{
	struct err_item item = {.kind = ERR_INPUT, .pos = pos};
	va_list args;

	va_start(args, format);
	add(errs, &item, format, args);
	va_end(args);
}

void errs_warn(struct errs *errs, struct pos pos, const char *format, ...)
{
	struct err_item item = {.warning = true, .kind = ERR_INPUT, .pos = pos};
	va_list args;

	va_start(args, format);
	add(errs, &item, format, args);
	va_end(args);
}

void errs_add_err(struct errs *errs, const struct err *err)
{
	const struct err_item item = {.kind = err->kind,
		.pos = err->pos,
		.text = arena_strdup(errs->arena, err->text)};

	if (err->kind != ERR_NONE && errs->nerrors++ < ERRS_KEPT_MAX)
		ARENA_PUSH(errs->arena, errs->items, errs->nitems, item);
}

bool errs_failed(const struct errs *errs)
{
	return errs->nerrors > 0;
}

void errs_be_strict(struct errs *errs)
{
	for (size_t i = 0; i < errs->nitems; i++)
		errs->items[i].warning = false;
	errs->nerrors += errs->nwarnings;
	errs->nwarnings = 0;
}

bool errs_is_full(const struct errs *errs)
{
	return errs->nwarnings >= ERRS_GUESSED_MAX;
}

bool errs_is_crowded(const struct errs *errs)
{
	return errs->nerrors >= ERRS_GUESSED_MAX;
}

static struct err_file *find_file(const struct errs *errs, const char *name)
{
	return errs->files && name ? map_get(errs->files, name) : NULL;
}

void errs_note_file(struct errs *errs, const char *name, const char *how, struct pos by)
{
	struct err_file *file;

	if (find_file(errs, name))
		return;
	if (!errs->files) {
		errs->files = ARENA_NEW(errs->arena, struct map);
		map_init(errs->files, errs->arena);
	}
	file = ARENA_NEW(errs->arena, struct err_file);
	*file = (struct err_file){.name = name,
		.how = how,
		.by = by,
		.up = find_file(errs, by.file),
		.rank = errs->files->nentries};
	map_put(errs->files, name, file);
}

/* An item on its way to its place. */
struct sorting {
	struct err_item item;
	size_t rank;  /* of its file */
	size_t order; /* of its discovery */
};

/* Files that were not noted come after all others, in the order in which they are mentioned. */
static size_t rank_of(struct errs *errs, const struct err_item *item)
{
	const char *name = item->pos.file ? item->pos.file : "";

	if (!find_file(errs, name))
		errs_note_file(errs, name, NULL, (struct pos){0});
	return find_file(errs, name)->rank;
}

static int compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_places(const struct sorting *a, const struct sorting *b)
{
	int order = compare_numbers(a->rank, b->rank);

	if (!order)
		order = compare_numbers(a->item.pos.line, b->item.pos.line);
	return order ? order : compare_numbers(a->item.pos.column, b->item.pos.column);
}

static int compare(const void *a, const void *b)
{
	const struct sorting *one = a, *other = b;
	int order = compare_places(one, other);

	return order ? order : compare_numbers(one->order, other->order);
}

/* What is said after the path: "services.web.ports[0]: ". */
static const char *after_path(const char *text)
{
	const char *colon = strstr(text, ": ");

	return colon ? colon + 2 : text;
}

static bool says_the_same(const struct err_item *a, const struct err_item *b)
{
	if (a->warning != b->warning)
		return false;
	return !strcmp(a->text, b->text) ||
		(a->pos.line && !strcmp(after_path(a->text), after_path(b->text)));
}

/* Is it said already of the same place? Those of one place stand side by side. */
static bool is_repeat(const struct sorting *all, size_t i)
{
	for (size_t j = i; j-- > 0 && !compare_places(&all[j], &all[i]);)
		if (says_the_same(&all[j].item, &all[i].item))
			return true;
	return false;
}

static void drop_repeats(struct errs *errs, const struct sorting *sorted, size_t n)
{
	errs->nitems = 0;
	for (size_t i = 0; i < n; i++) {
		const struct err_item *item = &sorted[i].item;

		if (!is_repeat(sorted, i))
			errs->items[errs->nitems++] = *item;
		else if (item->warning)
			errs->nwarnings--;
		else
			errs->nerrors--;
	}
}

void errs_sort(struct errs *errs)
{
	size_t n = errs->nitems;
	struct sorting *sorted;

	if (n == 0)
		return;
	sorted = ARENA_NEW_N(errs->arena, n, struct sorting);
	for (size_t i = 0; i < n; i++) {
		sorted[i] = (struct sorting){errs->items[i], 0, i};
		sorted[i].rank = rank_of(errs, &errs->items[i]);
		sorted[i].item.file = find_file(errs, errs->items[i].pos.file);
	}
	qsort(sorted, n, sizeof(*sorted), compare);
	drop_repeats(errs, sorted, n);
}
