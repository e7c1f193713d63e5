/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "tests/unit/test.h"

TEST(err_wrap_puts_context_first)
{
	struct err err = {0};

	errno = ENOENT;
	assert_false(err_sys(&err, "open %s", "a"));
	assert_false(err_wrap(&err, "load"));
	assert_string_equal(err.text, "load: open a: No such file or directory");
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(err.status, ENOENT);
}

TEST(err_cuts_long_text_at_a_character)
{
	char text[ERR_TEXT_BYTES + 10];
	struct err err = {0};

	memset(text, 'a', sizeof(text));
	memcpy(text + ERR_TEXT_BYTES - 2, "\xc3\xa4", 2);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_INPUT, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 2);
}

TEST(errs_sort_orders_by_file_of_first_mention_and_line_and_drops_repeats)
{
	struct arena arena = {0};
	struct errs errs;

	errs_init(&errs, &arena);
	errs_add(&errs, (struct pos){"b", 9, 1}, "late");
	errs_add(&errs, (struct pos){"a", 1, 1}, "other file");
	errs_warn(&errs, (struct pos){"b", 2, 1}, "early");
	errs_add(&errs, (struct pos){"b", 9, 1}, "late");
	errs_sort(&errs);
	assert_int_equal(errs.nitems, 3);
	assert_string_equal(errs.items[0].text, "early");
	assert_string_equal(errs.items[1].text, "late");
	assert_string_equal(errs.items[2].text, "other file");
	assert_true(errs_failed(&errs));
	arena_finish(&arena);
}

TEST(errs_sort_follows_the_order_in_which_files_were_read)
{
	struct arena arena = {0};
	struct errs errs;

	errs_init(&errs, &arena);
	errs_note_file(&errs, "a", NULL, (struct pos){0});
	errs_note_file(&errs, "b", "included by", (struct pos){"a", 3, 5});
	errs_note_file(&errs, "b", "extended by", (struct pos){"c", 1, 1});
	errs_add(&errs, (struct pos){"b", 1, 1}, "second");
	errs_add(&errs, (struct pos){0}, "last");
	errs_add(&errs, (struct pos){"a", 7, 1}, "first");
	errs_sort(&errs);
	assert_string_equal(errs.items[0].text, "first");
	assert_string_equal(errs.items[1].text, "second");
	assert_string_equal(errs.items[2].text, "last");
	assert_string_equal(errs.items[1].file->how, "included by");
	assert_ptr_equal(errs.items[1].file->up, errs.items[0].file);
	arena_finish(&arena);
}

TEST(errs_counts_what_it_does_not_keep_and_keeps_an_error_behind_many_warnings)
{
	struct arena arena = {0};
	struct errs errs;

	errs_init(&errs, &arena);
	for (unsigned i = 0; i < ERRS_KEPT_MAX + 5; i++)
		errs_warn(&errs, (struct pos){"a", i + 1, 1}, "w");
	assert_false(errs_failed(&errs));
	errs_add(&errs, (struct pos){"a", 1, 1}, "e");
	errs_sort(&errs);
	assert_true(errs_failed(&errs));
	assert_int_equal(errs.nitems, ERRS_KEPT_MAX + 1);
	assert_int_equal(errs.nwarnings, ERRS_KEPT_MAX + 5);
	arena_finish(&arena);
}
