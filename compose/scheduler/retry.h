/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a failed pull or push is worth another try. Pure. */
#pragma once

#include <stdint.h>

struct err;

enum retry {
	RETRY_NO,    /* the answer would be the same */
	RETRY_AGAIN, /* trouble on the way: 5xx, a broken connection, a timeout */
	RETRY_QUOTA, /* 429 */
};

#define RETRY_TRIES 4            /* in all */
#define RETRY_FIRST_MS 500       /* doubled each time, half of it by chance */
#define RETRY_QUOTA_MAX_MS 60000 /* a quota that opens later than this is a failure */

/* out_after_ms: what a quota's answer says about when to come again; < 0: it does not
 * say. */
enum retry retry_classify(const struct err *err, int64_t *out_after_ms);

/* The pause before the next try, after ntries; chance is any number. */
int64_t retry_pause_ms(unsigned ntries, uint32_t chance);
