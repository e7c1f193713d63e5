/* SPDX-License-Identifier: Apache-2.0 */
/* Growing text, and small questions about text. */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void str_init(struct str *str, size_t max_bytes)
{
	*str = (struct str){.max_bytes = max_bytes};
}

void str_finish(struct str *str)
{
	free(str->text);
	str_init(str, str->max_bytes);
}

void str_clear(struct str *str)
{
	str->len = 0;
	str->full = false;
	if (str->text)
		str->text[0] = '\0';
}

const char *str_text(const struct str *str)
{
	return str->text ? str->text : "";
}

char *str_take(struct str *str)
{
	char *text = str->text ? str->text : xstrdup("");

	str_init(str, str->max_bytes);
	return text;
}

static size_t reserve(struct str *str, size_t more)
{
	size_t max = str->max_bytes ? str->max_bytes : STR_MAX_BYTES;
	size_t left = max - str->len;

	if (more > left) {
		more = left;
		str->full = true;
	}
	if (str->len + more + 1 > str->room) {
		size_t room = str->room ? str->room : 64;

		while (room < str->len + more + 1)
			room *= 2;
		str->text = xrealloc(str->text, room);
		str->room = room;
	}
	return more;
}

void str_add_n(struct str *str, const char *text, size_t len)
{
	size_t n = reserve(str, len);

	if (n)
		memcpy(str->text + str->len, text, n);
	str->len += n;
	str->text[str->len] = '\0';
}

void str_add(struct str *str, const char *text)
{
	str_add_n(str, text, strlen(text));
}

void str_add_c(struct str *str, char c)
{
	str_add_n(str, &c, 1);
}

void str_add_repeat(struct str *str, char c, size_t n)
{
	while (n--)
		str_add_c(str, c);
}

void str_vprintf(struct str *str, const char *format, va_list args)
{
	va_list again;
	char small[256];
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, again);
	va_end(again);
	if (len < 0)
		return;
	if ((size_t)len < sizeof(small)) {
		str_add_n(str, small, (size_t)len);
	} else {
		char *big = xalloc((size_t)len + 1);

		vsnprintf(big, (size_t)len + 1, format, args);
		str_add_n(str, big, (size_t)len);
		free(big);
	}
}

void str_printf(struct str *str, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_vprintf(str, format, args);
	va_end(args);
}

bool text_eq(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool text_starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool text_ends(const char *text, const char *suffix)
{
	size_t lt = strlen(text), ls = strlen(suffix);

	return lt >= ls && !strcmp(text + lt - ls, suffix);
}

bool parse_i64(const char *text, int64_t *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	long long n;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*end || errno)
		return false;
	*out = n;
	return true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Only what is near the diagonal can come out below the limit; when two rows in turn have nothing there, no other has. */
unsigned text_distance(const char *a, const char *b, unsigned limit)
{
	enum { MAX = 64 };
	unsigned rows[3][MAX + 2] = {{0}}, least_before = 0;
	size_t la, lb;

	for (; *a && *a == *b; a++)
		b++;
	la = strlen(a);
	lb = strlen(b);
	if (la > MAX || lb > MAX || (la > lb ? la - lb : lb - la) > limit)
		return limit + 1;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i - 1) % 3],
			 *up2 = rows[(i + 1) % 3], least_here;
		size_t first = i > limit ? i - limit : 1;
		size_t last = lb < i + limit ? lb : i + limit;

		row[first - 1] = first == 1 ? (unsigned)i : limit + 1;
		least_here = row[first - 1];
		for (size_t j = first; j <= last; j++) {
			unsigned cost = a[i - 1] != b[j - 1];

			row[j] =
				least(least(up[j] + 1, row[j - 1] + 1), up[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				row[j] = least(row[j], up2[j - 2] + 1);
			least_here = least(least_here, row[j]);
		}
		row[last + 1] = limit + 1;
		if (least_here > limit && least_before > limit)
			return limit + 1;
		least_before = least_here;
	}
	return least(rows[la % 3][lb], limit + 1);
}

size_t utf8_length(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1
		: p[0] < 0xc2  ? 0
		: p[0] < 0xe0  ? 2
		: p[0] < 0xf0  ? 3
		: p[0] < 0xf5  ? 4
			       : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}
