/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tty-choice.h"

#include "base/err.h"
#include "tests/unit/test.h"

static const struct opt_bool yes = {true, true}, no = {true, false};

static bool chosen(struct tty_choice choice)
{
	bool tty = false;
	struct err err = {0};

	assert_true(tty_choose(&choice, &tty, &err));
	return tty;
}

TEST(tty_is_chosen_where_both_ends_have_one)
{
	assert_true(chosen((struct tty_choice){
		.interactive = true, .input_is_tty = true, .output_is_tty = true}));
	assert_false(
		chosen((struct tty_choice){.interactive = true, .output_is_tty = true}));
	assert_false(
		chosen((struct tty_choice){.interactive = true, .input_is_tty = true}));
	assert_true(chosen((struct tty_choice){.output_is_tty = true}));
}

TEST(tty_flags_win)
{
	assert_false(chosen((struct tty_choice){.no_tty = yes,
		.interactive = true,
		.input_is_tty = true,
		.output_is_tty = true}));
	assert_true(chosen((struct tty_choice){.tty = yes}));
	assert_true(chosen((struct tty_choice){.no_tty = no}));
	assert_false(chosen((struct tty_choice){.tty = no, .output_is_tty = true}));
}

TEST(tty_is_refused_when_flags_and_input_disagree)
{
	bool tty;
	struct err err = {0};

	assert_false(
		tty_choose(&(struct tty_choice){.tty = yes, .no_tty = yes}, &tty, &err));
	assert_false(tty_choose(
		&(struct tty_choice){.tty = yes, .interactive = true}, &tty, &err));
}
