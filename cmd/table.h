/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as docker prints them (Go's text/tabwriter): columns as wide as their longest cell, and blanks between. */
#pragma once

#include <stddef.h>

struct arena;
struct str;

struct table {
	struct arena *arena;
	size_t ncolumns;
	size_t min_columns; /* of a cell, padding included */
	size_t padding;
	const char ***rows; /* the header is the first */
	size_t nrows;
};

/* docker's own tables, and those that docker compose makes itself. */
#define TABLE_DOCKER 10, 3
#define TABLE_COMPOSE 20, 3

void table_init(struct table *table, struct arena *arena, size_t ncolumns,
	size_t min_columns, size_t padding);

/* Cells are borrowed; NULL is an empty one. */
void table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table, struct str *str);
