/* SPDX-License-Identifier: Apache-2.0 */
/* A message as text, much as dig and kdig print it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/* False, with what was read so far appended, when the message is malformed or goes on behind its records. */
bool message_print(struct str *str, const uint8_t *message, size_t len);
