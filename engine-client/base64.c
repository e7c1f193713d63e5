/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void base64_encode(struct str *out, const void *data, size_t len, bool for_url)
{
	static const char usual[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char url[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *alphabet = for_url ? url : usual;
	const unsigned char *in = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		unsigned long bits = (unsigned long)in[i] << 16;

		if (n > 1)
			bits |= (unsigned long)in[i + 1] << 8;
		if (n > 2)
			bits |= in[i + 2];
		for (size_t j = 0; j < 4; j++)
			str_add_c(
				out, j <= n ? alphabet[bits >> (18 - 6 * j) & 63] : '=');
	}
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

char *base64_decode(struct arena *arena, const char *text, size_t len, size_t *out_len)
{
	uint32_t bits = 0;
	char *out;

	while (len && text[len - 1] == '=')
		len--;
	if (len % 4 == 1)
		return NULL;
	out = arena_alloc(arena, len / 4 * 3 + 3);
	*out_len = 0;
	for (size_t i = 0; i < len; i++) {
		int d = digit(text[i]);

		if (d < 0)
			return NULL;
		bits = bits << 6 | (uint32_t)d;
		if (i % 4 == 1)
			out[(*out_len)++] = (char)(bits >> 4 & 0xff);
		else if (i % 4 == 2)
			out[(*out_len)++] = (char)(bits >> 2 & 0xff);
		else if (i % 4 == 3)
			out[(*out_len)++] = (char)(bits & 0xff);
	}
	return out;
}
