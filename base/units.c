/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes, modes and truth as people write them. */
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"

static const int64_t NS_PER_S = 1000000000;

static const struct {
	const char *name;
	int64_t ns;
} duration_units[] = {
	{"ns", 1},
	{"us", 1000},
	{"\xc2\xb5s", 1000}, /* the micro sign and the letter mu */
	{"\xce\xbcs", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60000000000},
	{"h", 3600000000000},
	{"d", 86400000000000},
	{"w", 604800000000000},
};

static bool unit_find(const char *text, size_t len, int64_t *out_ns)
{
	for (size_t i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++) {
		if (strlen(duration_units[i].name) == len &&
			memcmp(duration_units[i].name, text, len) == 0) {
			*out_ns = duration_units[i].ns;
			return true;
		}
	}
	return false;
}

/* Digits into *whole; false when they do not fit. */
static bool read_whole(const char **p, int64_t *whole)
{
	for (; isdigit((unsigned char)**p); (*p)++)
		if (__builtin_mul_overflow(*whole, 10, whole) ||
			__builtin_add_overflow(*whole, **p - '0', whole))
			return false;
	return true;
}

/* Digits after the point, as many as an int64_t holds, with their scale. */
static void read_fraction(const char **p, int64_t *fraction, double *scale)
{
	bool full = false;

	for (; isdigit((unsigned char)**p); (*p)++) {
		full = full || *fraction > (INT64_MAX - 9) / 10;
		if (full)
			continue;
		*fraction = *fraction * 10 + (**p - '0');
		*scale *= 10;
	}
}

static bool read_term(const char **p, int64_t *total)
{
	const char *start = *p;
	int64_t whole = 0, fraction = 0, unit, ns;
	double scale = 1;

	if (!read_whole(p, &whole))
		return false;
	bool digits = *p != start;
	if (**p == '.') {
		const char *point = ++*p;
		read_fraction(p, &fraction, &scale);
		digits = digits || *p != point;
	}
	if (!digits)
		return false;
	const char *name = *p;
	while (**p && **p != '.' && !isdigit((unsigned char)**p))
		(*p)++;
	if (!unit_find(name, (size_t)(*p - name), &unit) ||
		__builtin_mul_overflow(whole, unit, &ns))
		return false;
	ns += (int64_t)((double)fraction * ((double)unit / scale));
	return !__builtin_add_overflow(*total, ns, total) && ns >= 0;
}

bool duration_parse(const char *text, int64_t *out_ns)
{
	const char *p = text;
	int64_t total = 0;
	bool negative = *p == '-';

	if (*p == '-' || *p == '+')
		p++;
	if (text_eq(p, "0")) {
		*out_ns = 0;
		return true;
	}
	if (!*p)
		return false;
	while (*p)
		if (!read_term(&p, &total))
			return false;
	*out_ns = negative ? -total : total;
	return true;
}

/* "1.5" of 1500000000 in units of a second: the fraction without trailing zeros. */
static void add_fraction(struct str *str, uint64_t value, uint64_t unit)
{
	str_printf(str, "%llu", (unsigned long long)(value / unit));
	uint64_t rest = value % unit;
	if (rest == 0)
		return;
	str_add_c(str, '.');
	while (rest) {
		rest *= 10;
		/* cppcheck-suppress zerodivcond ; no unit is 0 */
		str_add_c(str, (char)('0' + rest / unit));
		rest %= unit;
	}
}

static void add_below_second(struct str *str, uint64_t ns)
{
	if (ns < 1000) {
		str_printf(str, "%lluns", (unsigned long long)ns);
	} else if (ns < 1000000) {
		add_fraction(str, ns, 1000);
		str_add(str, "\xc2\xb5s");
	} else {
		add_fraction(str, ns, 1000000);
		str_add(str, "ms");
	}
}

const char *duration_text(struct arena *arena, int64_t ns)
{
	uint64_t n = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	auto_str str = {0};

	if (n == 0)
		return "0s";
	if (ns < 0)
		str_add_c(&str, '-');
	if (n < (uint64_t)NS_PER_S) {
		add_below_second(&str, n);
		return arena_strdup(arena, str_text(&str));
	}
	uint64_t minutes = n / (uint64_t)NS_PER_S / 60;
	if (minutes >= 60)
		str_printf(&str, "%lluh", (unsigned long long)(minutes / 60));
	if (minutes > 0)
		str_printf(&str, "%llum", (unsigned long long)(minutes % 60));
	add_fraction(&str, n - minutes * 60 * (uint64_t)NS_PER_S, (uint64_t)NS_PER_S);
	str_add_c(&str, 's');
	return arena_strdup(arena, str_text(&str));
}

bool double_parse(const char *text, double *out)
{
	char *end;

	if (!*text || isspace((unsigned char)*text))
		return false;
	*out = strtod(text, &end);
	return *end == '\0';
}

/* The power of 1024 of a unit such as "", "b", "k", "kb", "kib"; -1: no unit. */
static int bytes_power(const char *unit)
{
	static const char letters[] = "kmgtp";

	if (!*unit || strcasecmp(unit, "b") == 0)
		return 0;
	const char *letter = strchr(letters, tolower((unsigned char)*unit));
	if (!letter)
		return -1;
	if (unit[1] && strcasecmp(unit + 1, "b") != 0 && strcasecmp(unit + 1, "ib") != 0)
		return -1;
	return (int)(letter - letters) + 1;
}

/* The length of a number at the start of the text: digits, a point, and an exponent. */
static size_t number_length(const char *text)
{
	size_t len = strspn(text, "0123456789."), digits = len;

	if (len == 0 || tolower((unsigned char)text[len]) != 'e')
		return len;
	digits += 1 + (text[len + 1] == '-' || text[len + 1] == '+');
	return isdigit((unsigned char)text[digits])
		? digits + strspn(text + digits, "0123456789")
		: len;
}

bool bytes_parse(const char *text, int64_t *out_bytes)
{
	size_t len = number_length(text);
	char number[64];
	double value;

	if (len == 0 || len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	const char *unit = text + len;
	if (*unit == ' ')
		unit++;
	int power = bytes_power(unit);
	if (power < 0 || !double_parse(number, &value))
		return false;
	value = ldexp(value, 10 * power);
	if (value >= 0x1p63)
		return false;
	*out_bytes = (int64_t)value;
	return true;
}

bool mode_parse(const char *text, int64_t *out_mode)
{
	if (!*text || strlen(text) > 12 || text[strspn(text, "01234567")])
		return false;
	*out_mode = 0;
	for (; *text; text++)
		*out_mode = *out_mode * 8 + (*text - '0');
	return true;
}

static const struct {
	const char *word;
	bool value;
	bool old;
} bool_words[] = {
	{"true", true, false},
	{"false", false, false},
	{"y", true, true},
	{"yes", true, true},
	{"on", true, true},
	{"n", false, true},
	{"no", false, true},
	{"off", false, true},
};

bool bool_parse(const char *text, bool *out, bool *out_old)
{
	for (size_t i = 0; i < sizeof(bool_words) / sizeof(*bool_words); i++) {
		if (strcasecmp(bool_words[i].word, text) == 0) {
			*out = bool_words[i].value;
			*out_old = bool_words[i].old;
			return true;
		}
	}
	return false;
}
