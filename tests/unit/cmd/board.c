/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/board.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/report.h"
#include "tests/unit/test.h"

#include <string.h>

struct fixture {
	struct arena arena;
	struct plan plan;
	struct board board;
	struct board_look look;
	struct str out;
};

static void setup(struct fixture *f, struct action *actions, size_t nactions)
{
	*f = (struct fixture){
		.plan = {.command = "up",
			.project = "app",
			.actions = actions,
			.nactions = nactions},
		.look = {.rows = 24, .columns = 60, .now_ms = 1000},
	};
	board_init(&f->board, &f->arena, &f->plan, 0);
}

static void tell(struct fixture *f, unsigned number, enum phase phase)
{
	board_event(&f->board,
		&(struct report_event){.phase = phase,
			.action = &f->plan.actions[number - 1],
			.number = number},
		500 + number * 100);
}

static const char *render(struct fixture *f)
{
	str_clear(&f->out);
	board_render(&f->board, &f->look, &f->out);
	return str_text(&f->out);
}

static void teardown(struct fixture *f)
{
	arena_finish(&f->arena);
	str_finish(&f->out);
}

TEST(board_has_one_row_a_thing_and_counts_whole_ones)
{
	struct action actions[] = {
		{.kind = ACTION_NETWORK_CREATE, .label = "app_default"},
		{.kind = ACTION_CONTAINER_CREATE, .label = "app-web-1"},
		{.kind = ACTION_CONTAINER_START, .label = "app-web-1"},
	};
	struct fixture f;

	setup(&f, actions, 3);
	tell(&f, 1, PHASE_STARTED);
	tell(&f, 1, PHASE_DONE);
	tell(&f, 2, PHASE_STARTED);
	tell(&f, 2, PHASE_DONE);
	assert_string_equal(render(&f),
		"[+] up 1/2  1.0s\n"
		" ✔ Network app_default  Created                        0.0s\n"
		" · Container app-web-1  Created                        0.0s\n");
	tell(&f, 3, PHASE_STARTED);
	tell(&f, 3, PHASE_DONE);
	assert_non_null(strstr(render(&f), "[+] up 2/2"));
	assert_non_null(strstr(render(&f), " ✔ Container app-web-1  Started "));
	teardown(&f);
}

TEST(board_shows_a_recreate_under_the_lasting_name)
{
	struct action actions[] = {
		{.kind = ACTION_CONTAINER_CREATE, .label = "app-web-1"},
		{.kind = ACTION_CONTAINER_STOP, .label = "app-web-1"},
		{.kind = ACTION_CONTAINER_RENAME, .label = "0123456789ab_app-web-1"},
		{.kind = ACTION_CONTAINER_START, .label = "app-web-1"},
		{.kind = ACTION_CONTAINER_REMOVE, .label = "0123456789ab_app-web-1_old"},
	};
	struct fixture f;

	setup(&f, actions, 5);
	assert_int_equal(f.board.nrows, 1);
	for (unsigned i = 1; i <= 5; i++) {
		tell(&f, i, PHASE_STARTED);
		tell(&f, i, PHASE_DONE);
	}
	assert_string_equal(f.board.rows[0].text, "Started");
	assert_int_equal(f.board.rows[0].state, ROW_DONE);
	teardown(&f);
}

TEST(board_keeps_what_failed_in_sight_when_there_is_little_room)
{
	struct action actions[10] = {0};
	struct fixture f;

	for (size_t i = 0; i < 10; i++)
		actions[i] = (struct action){.kind = ACTION_CONTAINER_START,
			.label = i == 0 ? "app-bad-1" : "app-web-1"};
	for (size_t i = 1; i < 10; i++) {
		static const char *const names[] = {
			"", "b", "c", "d", "e", "f", "g", "h", "i", "j"};

		actions[i].label = names[i];
	}
	setup(&f, actions, 10);
	f.look.rows = 6;
	tell(&f, 1, PHASE_FAILED);
	for (unsigned i = 2; i <= 10; i++)
		tell(&f, i, PHASE_DONE);
	assert_non_null(strstr(render(&f), "✘ Container app-bad-1  Error"));
	assert_non_null(strstr(render(&f), "... 7 more"));
	assert_int_equal(board_render(&f.board, &f.look, &f.out), 5);
	teardown(&f);
}

TEST(board_sums_up_the_layers_of_a_pull)
{
	struct action actions[] = {{.kind = ACTION_IMAGE_PULL, .label = "nginx:latest"}};
	struct report_event event = {.phase = PHASE_PROGRESS,
		.action = actions,
		.number = 1,
		.part = "a1",
		.detail = "Downloading",
		.current = 5000000,
		.total = 10000000};
	struct fixture f;

	setup(&f, actions, 1);
	f.look.columns = 100;
	tell(&f, 1, PHASE_STARTED);
	board_event(&f.board, &event, 700);
	event.part = "b2";
	event.detail = "Already exists";
	event.total = 0;
	board_event(&f.board, &event, 700);
	assert_non_null(strstr(render(&f),
		"Pulling  [██████████··········] 5.00MB / 10.0MB, 1/2 layers"));
	teardown(&f);
}

TEST(board_never_writes_wider_than_the_terminal_and_no_control_bytes)
{
	struct action actions[] = {
		{.kind = ACTION_CONTAINER_START, .label = "app-web-1"}};
	struct err err = {.text = "two\nlines and \033[31m more text than there is room "
				  "for, by far"};
	struct fixture f;

	setup(&f, actions, 1);
	board_event(&f.board,
		&(struct report_event){.phase = PHASE_FAILED,
			.action = actions,
			.number = 1,
			.err = &err},
		1);
	assert_null(strchr(render(&f), '\033'));
	assert_non_null(strstr(render(&f), "…"));
	for (const char *line = render(&f); *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 60 + 4); /* ✘ and … have three bytes */
	teardown(&f);
}
