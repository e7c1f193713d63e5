/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a stream of JSON texts into single ones: records end by a line feed (events, pull,
 * push, build), whatever the pieces in which the bytes arrive. Blank lines are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;

/* One record without its line end; not NUL-terminated. Returning false ends the cutting.
 */
typedef bool records_each(void *ctx, const char *text, size_t len);

struct records {
	struct str rest; /* the unfinished last record */
	records_each *each;
	void *ctx;
};

void records_init(
	struct records *records, size_t max_record_bytes, records_each *each, void *ctx);
void records_finish(struct records *records);

/* Fails when a record is longer than the ceiling, or when each returned false (err is
 * then each's affair). */
bool records_feed(struct records *records, const char *data, size_t len, struct err *err);

/* The stream is at its end: a last record may lack its line feed. */
bool records_end(struct records *records, struct err *err);
