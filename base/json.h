/* SPDX-License-Identifier: Apache-2.0 */
/* JSON (RFC 8259) in and out of the node tree. The one file that knows cJSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct node;
struct str;

/*
 * Reads one JSON text. Numbers keep their own text, so 64-bit ones lose nothing. Nesting is bounded (1,000), a
 * key that occurs twice counts once, with its last value. Positions are not kept. Fails with ERR_INPUT.
 */
bool json_parse(struct arena *arena, const char *text, size_t len, struct node **out,
	struct err *err);

enum json_style {
	JSON_COMPACT = 0,
	JSON_INDENT = 1 << 0, /* by two spaces, as docker compose prints */
	/* < > & U+2028 U+2029 as \u escapes, as Go's encoding/json does */
	JSON_HTML = 1 << 1,
};

/* Appends the tree; scalars of kind INT and FLOAT are written by their text as it is. */
void json_print(struct str *str, const struct node *node, unsigned style);

/* Appends one quoted string. */
void json_print_text(struct str *str, const char *text, unsigned style);
