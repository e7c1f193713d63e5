/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine wraps what a registry said into its own answers, differently in every
 * version, so words are all that there is to go by; the status is asked when no word is
 * known.
 */
#include "compose/scheduler/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* First match wins. */
static const struct {
	const char *words;
	enum retry retry;
} rows[] = {
	{"toomanyrequests", RETRY_QUOTA},
	{"too many requests", RETRY_QUOTA},
	{"rate limit", RETRY_QUOTA},
	{"unauthorized", RETRY_NO},
	{"authentication required", RETRY_NO},
	{"no basic auth credentials", RETRY_NO},
	{"denied", RETRY_NO},
	{"manifest unknown", RETRY_NO},
	{"no matching manifest", RETRY_NO},
	{"no such host", RETRY_NO},
	{"x509", RETRY_NO},
	{"not found", RETRY_NO},
	{"http status: 5", RETRY_AGAIN},
	{"500 internal server error", RETRY_AGAIN},
	{"502 bad gateway", RETRY_AGAIN},
	{"503 service unavailable", RETRY_AGAIN},
	{"504 gateway timeout", RETRY_AGAIN},
	{"unexpected eof", RETRY_AGAIN},
	{": eof", RETRY_AGAIN},
	{"timeout", RETRY_AGAIN},
	{"timed out", RETRY_AGAIN},
	{"deadline exceeded", RETRY_AGAIN},
	{"connection reset", RETRY_AGAIN},
	{"broken pipe", RETRY_AGAIN},
	{"temporary failure", RETRY_AGAIN},
	{"server misbehaving", RETRY_AGAIN},
};

static enum retry by_status(const struct err *err)
{
	if (err->status == 429)
		return RETRY_QUOTA;
	/* 500 of the engine itself is any failure; of a registry it is a failure of the
	 * moment. */
	return err->status >= (err->kind == ERR_REGISTRY ? 500 : 502) ? RETRY_AGAIN
								      : RETRY_NO;
}

static int64_t unit_ms(const char *unit)
{
	if (!strncmp(unit, "ms", 2))
		return 1;
	if (*unit == 'm')
		return 60000;
	/* "s", or a bare number of seconds; anything finer is at once. */
	return *unit && strchr("un\xc2", *unit) ? 0 : 1000;
}

static int64_t after_ms(const char *text)
{
	const char *at = strcasestr(text, "retry-after");
	char *end;
	double value;

	if (!at)
		return -1;
	at += strlen("retry-after");
	at += strspn(at, ": \"");
	value = strtod(at, &end);
	if (end == at || value < 0 || value > 1e9)
		return -1;
	return (int64_t)(value * (double)unit_ms(end));
}

enum retry retry_classify(const struct err *err, int64_t *out_after_ms)
{
	enum retry retry = RETRY_NO;
	size_t i;

	*out_after_ms = -1;
	if (err->kind != ERR_REGISTRY && err->kind != ERR_ENGINE)
		return RETRY_NO;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcasestr(err->text, rows[i].words))
			break;
	retry = i < sizeof(rows) / sizeof(rows[0]) ? rows[i].retry : by_status(err);
	if (retry == RETRY_QUOTA)
		*out_after_ms = after_ms(err->text);
	return retry;
}

int64_t retry_pause_ms(unsigned ntries, uint32_t chance)
{
	int64_t ms = RETRY_FIRST_MS << (ntries > 1 ? ntries - 1 : 0);

	return ms / 2 + (int64_t)(chance % (uint32_t)(ms / 2 + 1));
}
