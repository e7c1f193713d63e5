/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/resolv.h"

#include <string.h>

static const char keyword[] = "nameserver";

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void read_line(const char *line, size_t len, struct upstreams *out)
{
	size_t at = sizeof(keyword) - 1;
	char text[64];
	size_t n = 0;

	if (len <= at || memcmp(line, keyword, at) != 0 || !is_blank(line[at]))
		return;
	while (at < len && is_blank(line[at]))
		at++;
	while (at < len && !is_blank(line[at]) && n + 1 < sizeof(text))
		text[n++] = line[at++];
	text[n] = 0;
	if (out->n < UPSTREAMS_MAX && addr_parse(text, &out->items[out->n]))
		out->n++;
}

void resolv_read(const char *text, size_t len, struct upstreams *out)
{
	const char *end = text + len;

	*out = (struct upstreams){0};
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		read_line(text, (size_t)(stop - text), out);
		text = stop + 1;
	}
}

bool upstreams_equal(const struct upstreams *a, const struct upstreams *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!addr_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}
