/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/name.h"

#include <string.h>

#include "base/str.h"
#include "netdns/wire.h"
#include "tests/unit/test.h"

#define HEADER "hhhhhhhhhhhh"

static void assert_prints(const struct name *name, const char *text)
{
	auto_str str = {0};

	name_print(&str, name);
	assert_string_equal(str_text(&str), text);
}

TEST(names_are_read_and_printed_as_in_zone_files)
{
	static const char *const cases[][2] = {{"web", "web."}, {"a.b.", "a.b."},
		{".", "."}, {"Web.Shop", "Web.Shop."}, {"a\\.b.c", "a\\.b.c."},
		{"\\065.x", "A.x."}, {"\\007", "\\007."},
		{"_http._tcp.web", "_http._tcp.web."}, {"*.x", "*.x."},
		{"a b", "a\\032b."}};
	struct name name;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(name_parse(cases[i][0], &name));
		assert_prints(&name, cases[i][1]);
	}
}

TEST(names_with_empty_or_long_labels_are_refused)
{
	static const char *const wrong[] = {
		"", "..", "a..b", ".a", "\\", "\\25", "\\256", "a\\"};
	char label[65];
	char name_text[300];
	struct name name;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(name_parse(wrong[i], &name));
	memset(label, 'a', 64);
	label[64] = 0;
	assert_false(name_parse(label, &name));
	assert_true(name_parse(label + 1, &name));
	for (size_t i = 0; i < 256; i++)
		name_text[i] = i % 2 ? '.' : 'a';
	name_text[254] = 0;
	assert_true(name_parse(name_text, &name));
	assert_int_equal(name.len, NAME_MAX_BYTES);
	name_text[254] = 'a';
	name_text[255] = 0;
	assert_false(name_parse(name_text, &name));
}

/* RFC 4343: letters only; '@' and '`' differ by the same bit. */
TEST(case_does_not_count_and_only_case)
{
	struct name a;
	struct name b;

	name_parse("Web.SHOP", &a);
	name_parse("wEB.shop", &b);
	assert_true(name_equal(&a, &b));
	name_lower(&a);
	assert_prints(&a, "web.shop.");
	name_parse("a@", &a);
	name_parse("a`", &b);
	assert_false(name_equal(&a, &b));
	name_parse("ab.c", &a);
	name_parse("a.bc", &b);
	assert_false(name_equal(&a, &b));
}

/* Reads the name at `at` of a message that begins with a header. */
static bool read_at(
	const char *bytes, size_t len, size_t at, struct name *out, size_t *out_at)
{
	struct wire_in in = {.data = (const uint8_t *)bytes, .len = len, .at = at};

	name_read(&in, out);
	*out_at = in.at;
	return !in.bad;
}

#define READ(bytes, at) read_at(bytes, sizeof(bytes) - 1, at, &name, &end)

TEST(pointers_are_followed_and_the_cursor_stays_behind_the_first)
{
	struct name name;
	size_t end;

	assert_true(READ(HEADER "\3www\3org\0\2ab\xc0\x10\7", 21));
	assert_prints(&name, "ab.org.");
	assert_int_equal(end, 26);
	/* over two pointers */
	assert_true(READ(HEADER "\1b\0\1a\xc0\x0c\1x\xc0\x0f", 19));
	assert_prints(&name, "x.a.b.");
	assert_int_equal(end, 23);
}

TEST(hostile_pointers_are_refused)
{
	struct name name;
	size_t end;

	assert_false(READ(HEADER "\xc0\x0c", 12));               /* at itself */
	assert_false(READ(HEADER "\1a\xc0\x0c", 12));            /* into its own labels */
	assert_false(READ(HEADER "\xc0\x0e\xc0\x0c", 12));       /* forward */
	assert_false(READ(HEADER "\1a\xc0\x10\1b\xc0\x0c", 16)); /* to and fro */
	assert_false(READ(HEADER "\1a\xc0\x00", 12));            /* into the header */
	assert_false(READ(HEADER "\xc0", 12));                   /* cut */
	assert_false(READ(HEADER "\x40xxxx\0", 12)); /* a label type nobody has */
	assert_false(READ(HEADER "\x80xxxx\0", 12));
	assert_false(READ(HEADER "\3ab", 12)); /* cut */
	assert_false(READ(HEADER "\1a", 12));  /* no root */
	assert_int_equal(name.len, 1);
}

TEST(a_name_that_grows_too_long_by_pointers_is_refused)
{
	char message[600];
	struct name name;
	size_t end;
	size_t at = 12;

	memset(message, 'h', sizeof(message));
	for (unsigned i = 0; i < 3; i++, at += 64)
		message[at] = 63;
	message[at++] = 0;
	message[at] = 63;
	message[at + 64] = (char)0xc0;
	message[at + 65] = 12;
	assert_false(read_at(message, sizeof(message), at, &name, &end));
	message[at] = 61;
	message[at + 62] = (char)0xc0;
	message[at + 63] = 12;
	assert_true(read_at(message, sizeof(message), at, &name, &end));
	assert_int_equal(name.len, NAME_MAX_BYTES);
}
