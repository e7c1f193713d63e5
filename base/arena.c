/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation in blocks that double up to a ceiling, and the one end for out-of-memory. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN_BYTES ((size_t)4096)
#define BLOCK_MAX_BYTES ((size_t)1 << 20)

/* From here on an allocation has a block of its own, so that an array grows without leaving its smaller selves behind. */
#define BLOCK_OWN_BYTES ((size_t)64 << 10)

struct arena_block {
	struct arena_block *older;
	size_t size_bytes;
	size_t used_bytes;
	alignas(max_align_t) unsigned char data[];
};

static _Noreturn void out_of_memory(void)
{
	fputs("davit: out of memory\n", stderr);
	_Exit(1);
}

void *xalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

void arena_init(struct arena *arena)
{
	*arena = (struct arena){0};
}

void arena_finish(struct arena *arena)
{
	struct arena_block *block = arena->block;

	while (block) {
		struct arena_block *older = block->older;

		free(block);
		block = older;
	}
	arena_init(arena);
}

static size_t align_up(size_t n)
{
	size_t a = alignof(max_align_t);

	if (n > SIZE_MAX - 2 * BLOCK_MAX_BYTES)
		out_of_memory();
	return (n + a - 1) & ~(a - 1);
}

static struct arena_block *new_block(size_t size, struct arena_block *older)
{
	struct arena_block *block = malloc(sizeof(*block) + size);

	if (!block)
		out_of_memory();
	block->size_bytes = size;
	block->used_bytes = 0;
	block->older = older;
	return block;
}

static void add_block(struct arena *arena, size_t at_least)
{
	size_t size = arena->next_bytes ? arena->next_bytes : BLOCK_MIN_BYTES;

	if (size < at_least)
		size = at_least;
	arena->block = new_block(size, arena->block);
	arena->next_bytes = size * 2 < BLOCK_MAX_BYTES ? size * 2 : BLOCK_MAX_BYTES;
}

/* Behind the newest one, which has room left. */
static void *take_own(struct arena *arena, size_t size)
{
	struct arena_block **older;

	if (!arena->block)
		add_block(arena, BLOCK_MIN_BYTES);
	older = &arena->block->older;
	*older = new_block(size, *older);
	(*older)->used_bytes = size;
	arena->used_bytes += size;
	return memset((*older)->data, 0, size);
}

/* Zeroed, at a multiple of align, which is a power of two. */
static void *take(struct arena *arena, size_t size, size_t align)
{
	size_t need = align_up(size ? size : 1), gap = 0;
	void *p;

	if (need >= BLOCK_OWN_BYTES)
		return take_own(arena, need);
	if (arena->block)
		gap = -arena->block->used_bytes & (align - 1);
	if (!arena->block ||
		arena->block->size_bytes - arena->block->used_bytes < need + gap) {
		add_block(arena, need);
		gap = 0;
	}
	if (align == 1)
		need = size;
	p = arena->block->data + arena->block->used_bytes + gap;
	arena->block->used_bytes += need + gap;
	arena->used_bytes += need + gap;
	return memset(p, 0, need);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return take(arena, size, alignof(max_align_t));
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(arena, n * size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	/* Most of what is kept is short text: it stands side by side. */
	char *copy = take(arena, len + 1, 1);

	memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		len = 0;
	text = take(arena, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

bool arena_holds(const struct arena *arena, const void *p)
{
	for (const struct arena_block *block = arena->block; block; block = block->older)
		if ((uintptr_t)p - (uintptr_t)block->data < block->used_bytes)
			return true;
	return false;
}

/* Where the block hangs that holds nothing but this array; NULL: there is none. */
static struct arena_block **find_own(struct arena *arena, const void *items)
{
	struct arena_block **at = &arena->block;

	while (*at && (*at)->data != items)
		at = &(*at)->older;
	return *at && (*at)->used_bytes >= BLOCK_OWN_BYTES ? at : NULL;
}

/* A block of its own to twice its size. */
static void *grow_own(struct arena *arena, struct arena_block **at)
{
	struct arena_block *block = *at;
	size_t size = block->used_bytes;

	if (size > SIZE_MAX / 4)
		out_of_memory();
	block = realloc(block, sizeof(*block) + 2 * size);
	if (!block)
		out_of_memory();
	block->size_bytes = block->used_bytes = 2 * size;
	arena->used_bytes += size;
	memset(block->data + size, 0, size);
	*at = block;
	return block->data;
}

void *arena_grow(struct arena *arena, void *items, size_t n, size_t size)
{
	struct arena_block **own;
	void *grown;

	/* Full exactly when n is 0 or a power of two from 4 on. */
	if (n && (n < 4 || (n & (n - 1))))
		return items;
	own = n && n * size >= BLOCK_OWN_BYTES ? find_own(arena, items) : NULL;
	if (own)
		return grow_own(arena, own);
	grown = arena_array(arena, n ? n * 2 : 4, size);
	if (n)
		memcpy(grown, items, n * size);
	return grown;
}
