/* SPDX-License-Identifier: Apache-2.0 */
/* Records (maps of texts) printed as --format says: a table, JSON, or a template. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct node;
struct str;

struct record_column {
	const char *title;
	const char *key;
};

struct records {
	const struct node *const *items;
	size_t n;
	const struct record_column *columns; /* of the table */
	size_t ncolumns;
	size_t min_columns; /* of a cell: 10 as docker has it, 20 as docker compose's own tables */
	bool json_is_array;   /* one array, else one object a line */
	bool json_ends_blank; /* docker compose's images prints an empty line more */
};

/* format NULL, "": table. False: a template that cannot be filled. */
bool records_print(struct str *str, struct arena *arena, const struct records *records,
	const char *format, struct err *err);
