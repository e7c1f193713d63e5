/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/merge.h"

#include <string.h>

#include "base/str.h"
#include "compose/scheduler/follow.h"
#include "tests/unit/test.h"

static char name_a[] = "a", name_b[] = "b";

/* A piece of a second's time. */
static void push(struct merge_log *log, int second, const char *data)
{
	auto_str stamp = {0};

	str_printf(&stamp, "2026-11-24T06:00:%02dZ", second);
	merge_push(log,
		&(struct follow_text){.fd = 1,
			.stamp = str_text(&stamp),
			.data = data,
			.len = strlen(data)});
}

/* All that can come, as "name:text " each, and "name. " for an end. */
static void drain(struct merge *merge, struct str *out)
{
	struct follow_text text;
	void *name;

	str_clear(out);
	while (merge_next(merge, &name, &text))
		if (text.data)
			str_printf(
				out, "%s:%.*s ", (char *)name, (int)text.len, text.data);
		else
			str_printf(out, "%s. ", (char *)name);
}

TEST(merge_tells_in_the_order_of_time)
{
	struct merge *merge = merge_new();
	struct merge_log *a = merge_add(merge, name_a, name_a),
			 *b = merge_add(merge, name_b, name_b);
	auto_str out = {0};

	push(a, 1, "one");
	push(a, 3, "three");
	drain(merge, &out);
	assert_string_equal(str_text(&out), ""); /* b may have something earlier */
	push(b, 2, "two");
	drain(merge, &out);
	assert_string_equal(str_text(&out), "a:one b:two ");
	merge_close(b);
	drain(merge, &out);
	assert_string_equal(str_text(&out), "b. a:three ");
	merge_close(a);
	drain(merge, &out);
	assert_string_equal(str_text(&out), "a. ");
	merge_free(merge);
}

TEST(merge_decides_equal_times_by_name_and_keeps_each_log_in_its_order)
{
	struct merge *merge = merge_new();
	struct merge_log *b = merge_add(merge, name_b, name_b),
			 *a = merge_add(merge, name_a, name_a);
	auto_str out = {0};

	push(b, 5, "1");
	push(b, 4, "2"); /* a clock that was set back */
	push(a, 5, "3");
	merge_push(a, &(struct follow_text){.fd = 2, .data = "4", .len = 1});
	merge_close(a);
	merge_close(b);
	drain(merge, &out);
	assert_string_equal(str_text(&out), "a:3 a:4 a. b:1 b:2 b. ");
	merge_free(merge);
}

TEST(merge_is_full_until_it_is_taken_from)
{
	struct merge *merge = merge_new();
	struct merge_log *a = merge_add(merge, name_a, name_a),
			 *b = merge_add(merge, name_b, name_b);
	auto_str out = {0};

	while (!merge_is_full(a))
		push(a, 1, "some words of a long log\n");
	push(b, 0, "first");
	merge_close(b);
	drain(merge, &out);
	assert_false(merge_is_full(a));
	assert_true(text_starts(str_text(&out), "b:first b. a:some words"));
	push(a, 2, "last");
	drain(merge, &out);
	assert_string_equal(str_text(&out), "a:last ");
	merge_free(merge);
}
