/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4: a keyed hash whose collisions nobody can make without the key; also what RFC 9018 asks for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_KEY_BYTES = 16 };

uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *data, size_t len);
