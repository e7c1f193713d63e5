/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several logs told as one, in the order of their times. Pure.
 *
 * A piece comes out as soon as no log that has not ended could have an earlier one. So
 * that a long log does not pile up while another one is waited for, whoever feeds a log
 * stops at merge_is_full until merge_next has taken from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct follow_text;
struct merge;
struct merge_log;

#define MERGE_FULL_BYTES ((size_t)128 << 10) /* of one log; its feeder stops there */

struct merge *merge_new(void);
void merge_free(struct merge *merge); /* accepts NULL */

/* name decides between equal times; it and user are borrowed until merge_free. */
struct merge_log *merge_add(struct merge *merge, const char *name, void *user);
void merge_push(struct merge_log *log, const struct follow_text *text);
void merge_close(struct merge_log *log);
bool merge_is_full(const struct merge_log *log);

/*
 * The next piece, which lives until the merge is touched again, and the user of its log.
 * Its data is NULL, once, when the log has ended. False: more has to come first.
 */
bool merge_next(struct merge *merge, void **out_user, struct follow_text *out);
