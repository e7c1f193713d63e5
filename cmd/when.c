/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as docker reads them (moby api/types/time). */
#include "cmd/when.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/units.h"

#define NS_PER_S 1000000000

static const char *const forms[] = {
	"%Y-%m-%dT%H:%M:%S",
	"%Y-%m-%dT%H:%M",
	"%Y-%m-%dT%H",
	"%Y-%m-%d",
};

static bool is_unix(const char *text)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;

	return whole &&
		(!*rest || (*rest == '.' && !rest[1 + strspn(rest + 1, "0123456789")]));
}

/* ".123456789" as nanoseconds; moves on behind it. */
static int64_t take_fraction(const char **text)
{
	int64_t ns = 0;
	int ndigits = 0;

	if (**text != '.')
		return 0;
	for (++*text; **text >= '0' && **text <= '9'; ++*text)
		if (ndigits++ < 9)
			ns = ns * 10 + (**text - '0');
	for (; ndigits < 9; ndigits++)
		ns *= 10;
	return ns;
}

/* "Z", "+01:00" or nothing, which is the local zone; the end of the text comes after it.
 */
static bool to_unix(struct tm *tm, const char *zone, int64_t *out_s)
{
	struct tm offset = {0};
	const char *end;

	if (!*zone) {
		tm->tm_isdst = -1;
		*out_s = mktime(tm);
		return true;
	}
	*out_s = timegm(tm);
	if (strcmp(zone, "Z") == 0)
		return true;
	end = strptime(zone + 1, "%H:%M", &offset);
	if ((*zone != '+' && *zone != '-') || !end || *end)
		return false;
	*out_s -= (*zone == '-' ? -1 : 1) * (offset.tm_hour * 3600 + offset.tm_min * 60);
	return true;
}

static bool parse_date(const char *text, int64_t *out_ns)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = {0};
		const char *rest = strptime(text, forms[i], &tm);
		int64_t fraction_ns, s;

		if (!rest)
			continue;
		fraction_ns = take_fraction(&rest);
		if (to_unix(&tm, rest, &s)) {
			*out_ns = s * NS_PER_S + fraction_ns;
			return true;
		}
	}
	return false;
}

bool when_parse(struct arena *arena, const char *text, int64_t now_ns, const char **out,
	struct err *err)
{
	int64_t ns;

	if (!text || is_unix(text)) {
		*out = text;
		return true;
	}
	if (duration_parse(text, &ns))
		ns = now_ns - ns;
	else if (!parse_date(text, &ns))
		return err_set(err, ERR_INPUT,
			"not a time: \"%s\"; such as 10m, 2026-11-24T06:00:00Z or "
			"1795500000",
			text);
	*out = arena_printf(
		arena, "%" PRId64 ".%09" PRId64, ns / NS_PER_S, ns % NS_PER_S);
	return true;
}
