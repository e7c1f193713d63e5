/* SPDX-License-Identifier: Apache-2.0 */
/* Plain scalars: first the fixed words, then integers in four bases, then floats. */
#include "base/scalar.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define NUMBER_MAX_BYTES 64 /* longer plain texts are strings */

static const struct word {
	const char *text;
	enum node_kind kind;
	const char *value;
} words[] = {
	{"", NODE_NULL, "null"},
	{"~", NODE_NULL, "null"},
	{"null", NODE_NULL, "null"},
	{"Null", NODE_NULL, "null"},
	{"NULL", NODE_NULL, "null"},
	{"true", NODE_BOOL, "true"},
	{"True", NODE_BOOL, "true"},
	{"TRUE", NODE_BOOL, "true"},
	{"false", NODE_BOOL, "false"},
	{"False", NODE_BOOL, "false"},
	{"FALSE", NODE_BOOL, "false"},
	{".nan", NODE_FLOAT, ".nan"},
	{".NaN", NODE_FLOAT, ".nan"},
	{".NAN", NODE_FLOAT, ".nan"},
	{".inf", NODE_FLOAT, ".inf"},
	{".Inf", NODE_FLOAT, ".inf"},
	{".INF", NODE_FLOAT, ".inf"},
	{"+.inf", NODE_FLOAT, ".inf"},
	{"+.Inf", NODE_FLOAT, ".inf"},
	{"+.INF", NODE_FLOAT, ".inf"},
	{"-.inf", NODE_FLOAT, "-.inf"},
	{"-.Inf", NODE_FLOAT, "-.inf"},
	{"-.INF", NODE_FLOAT, "-.inf"},
};

/* The shortest digits that read back as the same number: "d.ddd" and its exponent of ten.
 */
static int shortest(double value, int bits, char *out, size_t size)
{
	const char *e;

	for (int digits = 0; digits < 17; digits++) {
		double back;

		snprintf(out, size, "%.*e", digits, value);
		back = bits == 32 ? (double)strtof(out, NULL) : strtod(out, NULL);
		if (back == value)
			break;
	}
	e = strchr(out, 'e');
	return e ? (int)strtol(e + 1, NULL, 10) : 0;
}

const char *scalar_float_text(struct arena *arena, double value, int bits)
{
	char text[64];
	int exponent, digits;
	char *e;

	if (isnan(value))
		return ".nan";
	if (isinf(value))
		return value < 0 ? "-.inf" : ".inf";
	if (bits == 32)
		value = (double)(float)value;
	exponent = shortest(value, bits, text, sizeof(text));
	e = strchr(text, 'e');
	digits = (int)(e - text) - (text[0] == '-') - 1;
	digits = digits > 0 ? digits - 1 : 0;
	/* strconv.FormatFloat(value, 'g', -1, bits) */
	if (exponent < -4 || exponent >= 21)
		return arena_strdup(arena, text);
	if (exponent >= 6 && value != 0)
		return arena_strdup(arena, text);
	digits -= exponent;
	return arena_printf(arena, "%.*f", digits > 0 ? digits : 0, value);
}

/* "-1.25e+20" without its point and exponent, and with zeros behind: as JavaScript writes whole numbers. */
static const char *padded(struct arena *arena, const char *text, int zeros)
{
	int len = (int)strcspn(text, "e");
	const char *point = strchr(text, '.');
	int whole = point ? (int)(point - text) : len;

	return arena_printf(arena, "%.*s%.*s%.*s", whole, text,
		point ? len - whole - 1 : 0, point ? point + 1 : "", zeros,
		"0000000000000000000000");
}

const char *scalar_float_json(struct arena *arena, double value, int bits)
{
	double size = fabs(value);
	char text[64];
	int exponent, digits;

	if (isnan(value) || isinf(value))
		return "null";
	if (bits == 32)
		value = (double)(float)value;
	exponent = shortest(value, bits, text, sizeof(text));
	if (value != 0 && size < 1e-6 &&
		text[strlen(text) - 2] == '0') { /* e-07 is e-7 */
		text[strlen(text) - 2] = text[strlen(text) - 1];
		text[strlen(text) - 1] = '\0';
	}
	if (value != 0 && (size < 1e-6 || size >= 1e21))
		return arena_strdup(arena, text);
	digits = (int)strcspn(text, "e") - (text[0] == '-') - 1;
	digits = (digits > 0 ? digits - 1 : 0) - exponent;
	return digits < 0 ? padded(arena, text, -digits)
			  : arena_printf(arena, "%.*f", digits, value);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_like_float(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t before = strspn(p, "0123456789"), after = 0;

	p += before;
	if (*p == '.') {
		after = strspn(p + 1, "0123456789");
		p += 1 + after;
	}
	if (!before && !after)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		if (!is_digit(*p))
			return false;
		p += strspn(p, "0123456789");
	}
	return !*p;
}

static int base_of(const char **digits)
{
	const char *p = *digits;

	if (*p != '0' || !p[1])
		return 10;
	*digits = p + 2;
	switch (p[1]) {
	case 'x':
	case 'X':
		return 16;
	case 'o':
	case 'O':
		return 8;
	case 'b':
	case 'B':
		return 2;
	}
	*digits = p + 1;
	return 8;
}

static bool all_digits(const char *digits, int base)
{
	if (base == 16)
		return *digits && !digits[strspn(digits, "0123456789abcdefABCDEF")];
	return *digits &&
		!digits[strspn(digits,
			base == 2           ? "01"
				: base == 8 ? "01234567"
					    : "0123456789")];
}

static const char *read_int(struct arena *arena, const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	bool negative = *text == '-';
	int base = base_of(&digits);
	unsigned long long n;

	if (!all_digits(digits, base))
		return NULL;
	errno = 0;
	n = strtoull(digits, NULL, base);
	if (errno || (negative && n > (unsigned long long)INT64_MAX + 1))
		return NULL;
	return arena_printf(arena, "%s%llu", negative && n ? "-" : "", n);
}

static enum node_kind resolve_number(
	struct arena *arena, const char *text, const char **out_text)
{
	char plain[NUMBER_MAX_BYTES];
	const char *number;
	size_t n = 0;

	for (const char *p = text; *p; p++)
		if (*p != '_')
			plain[n++] = *p;
	plain[n] = '\0';
	number = read_int(arena, plain);
	if (number) {
		*out_text = number;
		return NODE_INT;
	}
	if (!looks_like_float(plain) || isinf(strtod(plain, NULL)))
		return NODE_STR;
	*out_text = scalar_float_text(arena, strtod(plain, NULL), 64);
	return NODE_FLOAT;
}

enum node_kind scalar_resolve(
	struct arena *arena, const char *text, const char **out_text)
{
	const char *digits = text + (*text == '-' || *text == '+');

	*out_text = text;
	/* Most texts start with a letter that starts no word and no number. */
	if (!strchr("~nNtTfF.+-0123456789", *text))
		return NODE_STR;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(text, words[i].text)) {
			*out_text = words[i].value;
			return words[i].kind;
		}
	}
	if ((!is_digit(*digits) && *digits != '.') || strlen(text) >= NUMBER_MAX_BYTES)
		return NODE_STR;
	return resolve_number(arena, text, out_text);
}
