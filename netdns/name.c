/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the wire, and as people write them. */
#include "netdns/name.h"

#include <string.h>

#include "base/str.h"
#include "netdns/wire.h"

#define POINTER_BITS 0xc0u
#define HEADER_BYTES 12

void name_set_root(struct name *name)
{
	name->len = 1;
	name->bytes[0] = 0;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

void labels_lower(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = lower(bytes[i]);
}

bool labels_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

void name_lower(struct name *name)
{
	labels_lower(name->bytes, name->len);
}

bool name_equal(const struct name *a, const struct name *b)
{
	return a->len == b->len && labels_equal(a->bytes, b->bytes, a->len);
}

bool name_add(struct name *name, const uint8_t *labels, size_t len)
{
	if (name->len + len > NAME_MAX_BYTES)
		return false;
	if (len)
		memcpy(name->bytes + name->len - 1, labels, len);
	name->len = (uint8_t)(name->len + len);
	name->bytes[name->len - 1] = 0;
	return true;
}

/* One label with its length byte at the cursor; false at the root and when it is wrong. */
static bool read_label(struct wire_in *in, uint8_t size, struct name *out)
{
	const uint8_t *text;

	if (size == 0)
		return false;
	in->at--;
	text = wire_get(in, (size_t)size + 1);
	if (size > LABEL_MAX_BYTES || !text || !name_add(out, text, (size_t)size + 1))
		in->bad = true;
	return !in->bad;
}

/* Moves the cursor to where a pointer leads; start is where the labels began that it ends. */
static void follow(struct wire_in *in, uint8_t high, size_t *start)
{
	size_t target = (size_t)(high & ~POINTER_BITS) << 8 | wire_get_u8(in);

	if (target >= *start || target < HEADER_BYTES)
		in->bad = true;
	if (in->bad)
		return;
	*start = target;
	in->at = target;
}

void name_read(struct wire_in *in, struct name *out)
{
	size_t start = in->at;
	size_t end = 0; /* behind the first pointer; 0: none yet */
	bool more = true;

	name_set_root(out);
	while (more && !in->bad) {
		uint8_t size = wire_get_u8(in);

		if ((size & POINTER_BITS) == POINTER_BITS) {
			end = end ? end : in->at + 1;
			follow(in, size, &start);
		} else
			more = read_label(in, size, out);
	}
	if (in->bad)
		name_set_root(out);
	else if (end)
		in->at = end;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte at text, which may be escaped; moves text behind it. False for a broken escape. */
static bool parse_byte(const char **text, uint8_t *out)
{
	const char *p = *text;
	unsigned value = (unsigned char)p[0];

	*text += 1;
	if (p[0] == '\\') {
		value = (unsigned char)p[1];
		*text += 1;
		if (is_digit(p[1])) {
			if (!is_digit(p[2]) || !is_digit(p[3]))
				return false;
			value = (unsigned)(p[1] - '0') * 100 +
				(unsigned)(p[2] - '0') * 10 + (unsigned)(p[3] - '0');
			*text += 2;
		} else if (!value)
			return false;
	}
	*out = (uint8_t)value;
	return value <= 255;
}

/* One label up to its dot or the end of text. */
static bool parse_label(const char **text, struct name *out)
{
	uint8_t label[1 + LABEL_MAX_BYTES];
	uint8_t n = 0;

	while (**text && **text != '.') {
		if (n == LABEL_MAX_BYTES || !parse_byte(text, &label[1 + n]))
			return false;
		n++;
	}
	if (**text == '.')
		*text += 1;
	label[0] = n;
	return n > 0 && name_add(out, label, (size_t)n + 1);
}

bool name_parse(const char *text, struct name *out)
{
	name_set_root(out);
	if (text_eq(text, "."))
		return true;
	if (!*text)
		return false;
	while (*text)
		if (!parse_label(&text, out))
			return false;
	return true;
}

static void print_byte(struct str *str, uint8_t c)
{
	if (c <= ' ' || c >= 0x7f)
		str_printf(str, "\\%03u", c);
	else if (strchr(".\\\"();@$", c))
		str_printf(str, "\\%c", c);
	else
		str_add_c(str, (char)c);
}

void name_print(struct str *str, const struct name *name)
{
	if (name->len <= 1)
		str_add(str, ".");
	for (const uint8_t *label = name->bytes; name->len && *label;
		label += *label + 1) {
		for (unsigned i = 1; i <= *label; i++)
			print_byte(str, label[i]);
		str_add(str, ".");
	}
}
