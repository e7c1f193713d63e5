/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is born together and dies together.
 *
 * An arena is the first parameter of whatever allocates from it. Nothing in it is freed alone, and it
 * never holds something that needs closing. This is the only place that meets out-of-memory: the
 * program ends there with a message, so no caller checks.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena {
	struct arena_block *block; /* newest first */
	size_t next_bytes;         /* size of the next block */
	size_t used_bytes;         /* handed out so far, for ceilings and tests */
};

/* A zeroed arena is a valid empty one. */
void arena_init(struct arena *arena);

/* Frees everything; the arena is then as after arena_init. Accepts a zeroed one. */
void arena_finish(struct arena *arena);

/* Zeroed and aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc for an array; a product that overflows ends the program as out-of-memory does. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/* Whether p points into what the arena has handed out. */
bool arena_holds(const struct arena *arena, const void *p);

/* NUL-terminated copies. arena_strdup of NULL is NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* One value of a type, and an array of them. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_NEW_N(arena, n, type) ((type *)arena_array((arena), (n), sizeof(type)))

/*
 * Makes room for one more at the end of an array that is kept as (items, n), where room is asked for in
 * powers of two, so no capacity is stored. Returns the array to keep; the old one may be gone.
 */
void *arena_grow(struct arena *arena, void *items, size_t n, size_t size);

/* Appends a value: ARENA_PUSH(arena, graph->nodes, graph->nnodes, node). */
#define ARENA_PUSH(arena, items, n, value)                              \
	((items) = arena_grow((arena), (items), (n), sizeof(*(items))), \
		(items)[(n)++] = (value))

/* Heap memory for objects that live with the loop: as malloc and realloc, ending the program like the arena. */
void *xalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *text);
