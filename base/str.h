/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows, with a ceiling.
 *
 * A struct str owns heap memory: str_init (or zeroed) ... str_finish; or declare it `auto_str`. Its text
 * is always NUL-terminated, also when empty. What goes past the ceiling is dropped and `full` sticks, so
 * a writer appends everything and checks once.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STR_MAX_BYTES ((size_t)256 << 20) /* when max_bytes is 0 */

struct str {
	char *text; /* never NULL after the first append; use str_text() */
	size_t len;
	size_t room;
	size_t max_bytes; /* ceiling; 0: STR_MAX_BYTES */
	bool full;        /* something was dropped */
};

void str_init(struct str *str, size_t max_bytes);
void str_finish(struct str *str);
void str_clear(struct str *str);
const char *str_text(const struct str *str);

/* Moves the text out, to be freed with free(); str is empty afterwards. Never NULL. */
char *str_take(struct str *str);

void str_add(struct str *str, const char *text);
void str_add_n(struct str *str, const char *text, size_t len);
void str_add_c(struct str *str, char c);
void str_add_repeat(struct str *str, char c, size_t n);
void str_printf(struct str *str, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *str, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#define auto_str __attribute__((cleanup(str_finish))) struct str

/* Predicates and numbers on plain text. */
bool text_eq(const char *a, const char *b); /* NULL equals only NULL */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/* The whole text as a decimal number, optionally signed; false for anything else or out of range. */
bool parse_i64(const char *text, int64_t *out);

/* The edit distance (insert, delete, replace, swap of neighbours), at most limit + 1. */
unsigned text_distance(const char *a, const char *b, unsigned limit);

/* How many of the bytes that are left are one character of UTF-8 (RFC 3629: no surrogates, nothing overlong); 0: none. */
size_t utf8_length(const char *text, size_t left);
