/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a terminal shows while a plan is carried out: one line a thing, with what happens to it now. Pure:
 * reports come in, text goes out, the clock is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct action;
struct arena;
struct plan;
struct report_event;
struct str;

enum row_state {
	ROW_PENDING, /* nothing is under way; text tells how far it is */
	ROW_WORKING,
	ROW_DONE,
	ROW_WARNING,
	ROW_ERROR,
};

/* A layer or a step of a pull, push or build. */
struct board_part {
	const char *name;
	int64_t current;
	int64_t total;
	bool done;
};

#define BOARD_DETAIL_BYTES 512

struct board_row {
	const char *name; /* "Container app-web-1" */
	enum row_state state;
	const char *text;                /* "Creating" */
	char detail[BOARD_DETAIL_BYTES]; /* "Downloading", a build's last line; cut */
	bool is_build;
	bool recreated; /* its container is replaced under its own name */
	unsigned nleft; /* actions of the plan that have not ended */
	int64_t started_ms;
	int64_t ended_ms;
	struct board_part *parts;
	size_t nparts;
};

struct board {
	struct arena *arena;
	const char *title;
	struct board_row *rows; /* in the order of the plan */
	size_t nrows;
	struct map index; /* name to row number + 1 */
	int64_t started_ms;
};

struct board_look {
	int rows; /* of the terminal */
	int columns;
	bool color;
	int64_t now_ms;
};

void board_init(struct board *board, struct arena *arena, const struct plan *plan,
	int64_t now_ms);

/* Appends "Container app-web-1". */
void board_add_name(struct str *str, const struct action *action);

/* "Creating", "Created": what an action is called while it lasts, and afterwards. */
const char *action_doing(const struct action *action, bool recreated);
const char *action_done(const struct action *action, bool recreated);

/* Does the plan replace this action's container under its own name? Then several actions are one recreate. */
bool board_recreates(const struct board *board, const struct action *action);

/* Does this word of a progress report end a layer or step? */
bool board_ends_part(const char *detail);

void board_event(struct board *board, const struct report_event *event, int64_t now_ms);

/* The lines, each ending in "\n", cut to the terminal. Returns how many. */
size_t board_render(
	const struct board *board, const struct board_look *look, struct str *str);

/* Bytes as docker shows them: "45.6MB". */
void add_bytes(struct str *str, int64_t bytes);
