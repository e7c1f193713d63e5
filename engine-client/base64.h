/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648), the usual alphabet and the one for URLs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct str;

/* Appends with padding. for_url: "-" and "_" in place of "+" and "/". */
void base64_encode(struct str *out, const void *data, size_t len, bool for_url);

/*
 * Decodes either alphabet, with or without padding. The result is NUL-terminated (not
 * counted); NULL when the text is not base64.
 */
char *base64_decode(struct arena *arena, const char *text, size_t len, size_t *out_len);
