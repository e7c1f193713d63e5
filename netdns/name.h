/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain names as the wire has them: labels with their lengths, the empty one of the root last
 * (RFC 1035 3.1). Any byte may stand in a label; comparing ignores the case of ASCII letters (RFC 4343).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;
struct wire_in;

enum {
	NAME_MAX_BYTES = 255,
	LABEL_MAX_BYTES = 63,
	LABELS_MAX = 127,
};

struct name {
	uint8_t len; /* with the root's zero byte; 0: no name yet */
	uint8_t bytes[NAME_MAX_BYTES];
};

/*
 * Reads a name and follows its pointers (RFC 1035 4.1.4). Each must lead backwards, before the labels it
 * ends and not into the header, so hostile ones cannot loop. What is wrong sets in->bad, and gives the root.
 */
void name_read(struct wire_in *in, struct name *out);

/*
 * "web.example." or "web.example", both absolute; "\." and "\046" as in zone files (RFC 1035 5.1). False for
 * an empty label and what is too long.
 */
bool name_parse(const char *text, struct name *out);

/* Appends it as name_parse reads it, with the final dot. */
void name_print(struct str *str, const struct name *name);

/* Puts labels (without the root's byte) before the root; false, and no change, when there is no room. */
bool name_add(struct name *name, const uint8_t *labels, size_t len);

void name_set_root(struct name *name);
void name_lower(struct name *name);
bool name_equal(const struct name *a, const struct name *b);

/* Lower-cases n bytes in place; lengths of labels are below 'A' and stay. */
void labels_lower(uint8_t *bytes, size_t n);

/* Equal but for case, over wire bytes of the same length. */
bool labels_equal(const uint8_t *a, const uint8_t *b, size_t n);
