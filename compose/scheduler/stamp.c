/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 5.6, as Go's time.RFC3339Nano writes it. */
#include "compose/scheduler/stamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DATE_TIME_BYTES = 19, STAMP_MAX_BYTES = 35, YEAR_MIN = 1970 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t stamp_length(const char *text, size_t len)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	size_t at = DATE_TIME_BYTES;

	if (len <= DATE_TIME_BYTES)
		return 0;
	for (size_t i = 0; i < DATE_TIME_BYTES; i++)
		if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i])
			return 0;
	if (text[at] == '.')
		for (at++; at < len && is_digit(text[at]);)
			at++;
	if (at < len && text[at] == 'Z')
		return at + 1;
	return at + 6 <= len && (text[at] == '+' || text[at] == '-') &&
			text[at + 3] == ':'
		? at + 6
		: 0;
}

/* The digits after the dot, as nanoseconds. */
static int64_t fraction_ns(const char *text)
{
	int64_t ns = 0;
	int ndigits = 0;

	if (text[DATE_TIME_BYTES] == '.')
		for (const char *c = text + DATE_TIME_BYTES + 1;
			is_digit(*c) && ndigits < 9; c++) {
			ns = ns * 10 + (*c - '0');
			ndigits++;
		}
	for (; ndigits < 9; ndigits++)
		ns *= 10;
	return ns;
}

static int64_t zone_s(const char *text, size_t len)
{
	const char *zone = text + len - 6;
	int hours, minutes;

	if (text[len - 1] == 'Z' || sscanf(zone + 1, "%2d:%2d", &hours, &minutes) != 2)
		return 0;
	return (zone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

bool stamp_parse(const char *text, int64_t *out_ns)
{
	struct tm tm = {0};
	size_t len = text ? strlen(text) : 0;

	if (len > STAMP_MAX_BYTES || stamp_length(text, len) != len || len == 0)
		return false;
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6 ||
		tm.tm_year < YEAR_MIN)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*out_ns = ((int64_t)timegm(&tm) - zone_s(text, len)) * 1000000000 +
		fraction_ns(text);
	return true;
}
