/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) and random bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define DIGEST_HEX_BYTES 65 /* 64 hex digits and NUL */

void digest_sha256_hex(const void *data, size_t len, char out_hex[DIGEST_HEX_BYTES]);

/* n random bytes as 2n hex digits and NUL, from the kernel. */
void digest_random_hex(size_t nbytes, char *out_hex);

/* Whether a text is "sha256:" and 64 hex digits, in small letters. NULL is not. */
bool digest_is_sha256(const char *text);
