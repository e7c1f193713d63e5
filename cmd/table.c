/* SPDX-License-Identifier: Apache-2.0 */
/* Lays cells out in columns. */
#include "cmd/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void table_init(struct table *table, struct arena *arena, size_t ncolumns,
	size_t min_columns, size_t padding)
{
	*table = (struct table){
		.arena = arena,
		.ncolumns = ncolumns,
		.min_columns = min_columns,
		.padding = padding,
	};
}

void table_add(struct table *table, const char *const *cells)
{
	const char **row = ARENA_NEW_N(table->arena, table->ncolumns, const char *);

	for (size_t i = 0; i < table->ncolumns; i++)
		row[i] = cells[i] ? cells[i] : "";
	ARENA_PUSH(table->arena, table->rows, table->nrows, row);
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < table->nrows; i++) {
		size_t cell = width_of(table->rows[i][column]) + table->padding;

		if (cell > width)
			width = cell;
	}
	return width > table->min_columns ? width : table->min_columns;
}

void table_print(const struct table *table, struct str *str)
{
	size_t *widths = ARENA_NEW_N(table->arena, table->ncolumns, size_t);

	for (size_t i = 0; i < table->ncolumns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->nrows; i++)
		for (size_t j = 0; j < table->ncolumns; j++) {
			const char *cell = table->rows[i][j];

			str_add(str, cell);
			if (j + 1 < table->ncolumns)
				str_add_repeat(str, ' ', widths[j] - width_of(cell));
			else
				str_add_c(str, '\n');
		}
}
