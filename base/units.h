/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes, modes and truth as people write them, and back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct str;

/*
 * Numbers with units ns us ms s m h d w one after the other: "1m30s", "1.5h", "-2s", "1w2d"; "0" needs no
 * unit. As Go's time.ParseDuration, and days and weeks. False for anything else and what does not fit.
 */
bool duration_parse(const char *text, int64_t *out_ns);

/* As Go writes it: "1m30s", "1.5s", "24h0m0s", "0s". */
const char *duration_text(struct arena *arena, int64_t ns);

/* "1.5g", "64 MiB", "10": units b k m g t p (with b or ib), of 1024, in any case. Never negative. */
bool bytes_parse(const char *text, int64_t *out_bytes);

/* Octal permissions: "0440", "440". */
bool mode_parse(const char *text, int64_t *out_mode);

/* A whole text as a floating-point number: "0.5", "1e3". */
bool double_parse(const char *text, double *out);

/* true and false; with out_old set when it was one of the old words y yes on n no off, in any case. */
bool bool_parse(const char *text, bool *out, bool *out_old);
