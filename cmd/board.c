/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps one row for each thing of a plan, and draws the rows. */
#include "cmd/board.h"

#include <string.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/report.h"

#define FRAME_MS 100
#define BAR_CELLS 20
#define TIME_COLUMNS 7 /* " 123.4s" */

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define BLUE "\033[34m"
#define CYAN "\033[36m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

struct words {
	const char *noun;
	const char *doing;
	const char *done;
	bool hushed; /* says nothing while it is part of a recreate */
};

static const struct words words[] = {
	[ACTION_NETWORK_CREATE] = {"Network", "Creating", "Created", false},
	[ACTION_NETWORK_CONNECT] = {"Network", "Connecting", "Connected", false},
	[ACTION_NETWORK_DISCONNECT] = {"Network", "Disconnecting", "Disconnected", false},
	[ACTION_NETWORK_REMOVE] = {"Network", "Removing", "Removed", false},
	[ACTION_VOLUME_CREATE] = {"Volume", "Creating", "Created", false},
	[ACTION_VOLUME_REMOVE] = {"Volume", "Removing", "Removed", false},
	[ACTION_IMAGE_PULL] = {"Image", "Pulling", "Pulled", false},
	[ACTION_IMAGE_BUILD] = {"Image", "Building", "Built", false},
	[ACTION_IMAGE_PUSH] = {"Image", "Pushing", "Pushed", false},
	[ACTION_IMAGE_REMOVE] = {"Image", "Removing", "Removed", false},
	[ACTION_CONTAINER_CREATE] = {"Container", "Creating", "Created", false},
	[ACTION_CONTAINER_PUT] = {"Container", "Copying files", "Created", true},
	[ACTION_CONTAINER_START] = {"Container", "Starting", "Started", false},
	[ACTION_CONTAINER_STOP] = {"Container", "Stopping", "Stopped", true},
	[ACTION_CONTAINER_RESTART] = {"Container", "Restarting", "Restarted", false},
	[ACTION_CONTAINER_EXEC] = {"Container", "Running a hook", "Hook has run", false},
	[ACTION_CONTAINER_KILL] = {"Container", "Killing", "Killed", false},
	[ACTION_CONTAINER_PAUSE] = {"Container", "Pausing", "Paused", false},
	[ACTION_CONTAINER_UNPAUSE] = {"Container", "Unpausing", "Unpaused", false},
	[ACTION_CONTAINER_RENAME] = {"Container", "Renaming", "Renamed", true},
	[ACTION_CONTAINER_REMOVE] = {"Container", "Removing", "Removed", true},
	[ACTION_NETDNS_START] = {"Name server", "Starting", "Started", false},
	[ACTION_NETDNS_PROBE] = {"Network", "Probing", "Answers", false},
	[ACTION_NETDNS_DRAIN] = {"Container", "Draining", "Drained", true},
	[ACTION_NETDNS_REMOVE] = {"Name server", "Removing", "Removed", false},
	[ACTION_FILE_WRITE] = {"File", "Writing", "Written", true},
	[ACTION_WAIT] = {"Container", "Waiting", "Ready", false},
};

static const char *const wait_done[] = {
	[WAIT_HEALTHY] = "Healthy",
	[WAIT_COMPLETED] = "Completed",
	[WAIT_READY] = "Ready",
	[WAIT_EXITED] = "Exited",
	[WAIT_ANSWERS] = "Answers",
	[WAIT_DRAINED] = "Forgotten",
};

#define TEMPORARY_HEX 12
#define TEMPORARY_END "_old"

/*
 * A recreate's containers bear names like "9b1b793e19ab_app-web-1" and "..._old" meanwhile (compose.md 4.2): to
 * people they are app-web-1. Returns where the name starts, and how long it is.
 */
static const char *lasting_name(const struct action *action, size_t *out_len)
{
	const char *name = action->label;

	*out_len = strlen(name);
	if (strspn(name, "0123456789abcdef") != TEMPORARY_HEX ||
		name[TEMPORARY_HEX] != '_')
		return name;
	name += TEMPORARY_HEX + 1;
	*out_len -= TEMPORARY_HEX + 1;
	if (text_ends(name, TEMPORARY_END))
		*out_len -= strlen(TEMPORARY_END);
	return name;
}

void board_add_name(struct str *str, const struct action *action)
{
	size_t len;
	const char *name = lasting_name(action, &len);

	str_printf(str, "%s %.*s",
		action->wait == WAIT_ANSWERS ? words[ACTION_NETWORK_CREATE].noun
					     : words[action->kind].noun,
		(int)len, name);
}

const char *action_doing(const struct action *action, bool recreated)
{
	if (recreated && action->kind == ACTION_CONTAINER_CREATE)
		return "Recreating";
	return recreated && words[action->kind].hushed ? NULL : words[action->kind].doing;
}

const char *action_done(const struct action *action, bool recreated)
{
	if (action->kind == ACTION_WAIT)
		return wait_done[action->wait];
	if (recreated && action->kind == ACTION_CONTAINER_CREATE)
		return "Recreated";
	return recreated && words[action->kind].hushed ? NULL : words[action->kind].done;
}

static struct board_row *row_of(const struct board *board, const struct action *action)
{
	auto_str name = {0};
	size_t at;

	board_add_name(&name, action);
	at = (size_t)(uintptr_t)map_get(&board->index, str_text(&name));
	return at ? &board->rows[at - 1] : NULL;
}

bool board_recreates(const struct board *board, const struct action *action)
{
	const struct board_row *row = row_of(board, action);

	return row && row->recreated;
}

static struct board_row *add_row(struct board *board, const struct action *action)
{
	struct board_row row = {.is_build = action->kind == ACTION_IMAGE_BUILD};
	auto_str name = {0};

	board_add_name(&name, action);
	row.name = arena_strdup(board->arena, str_text(&name));
	ARENA_PUSH(board->arena, board->rows, board->nrows, row);
	/* The map keeps pointers; here it keeps a number. */
	map_put(&board->index, row.name, (void *)(uintptr_t)board->nrows);
	return &board->rows[board->nrows - 1];
}

void board_init(
	struct board *board, struct arena *arena, const struct plan *plan, int64_t now_ms)
{
	*board = (struct board){
		.arena = arena, .title = plan->command, .started_ms = now_ms};
	map_init(&board->index, arena);
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *action = &plan->actions[i];
		struct board_row *row = row_of(board, action);

		if (!row)
			row = add_row(board, action);
		row->recreated =
			row->recreated || action->kind == ACTION_CONTAINER_RENAME;
		row->nleft++;
	}
}

static struct board_part *part_of(
	struct board *board, struct board_row *row, const char *name)
{
	struct board_part part = {.name = name};

	for (size_t i = 0; i < row->nparts; i++)
		if (text_eq(row->parts[i].name, name))
			return &row->parts[i];
	part.name = arena_strdup(board->arena, name);
	ARENA_PUSH(board->arena, row->parts, row->nparts, part);
	return &row->parts[row->nparts - 1];
}

bool board_ends_part(const char *detail)
{
	static const char *const ends[] = {"Pull complete", "Already exists", "Pushed",
		"Layer already exists", "Mounted from", "DONE ", "CACHED", "ERROR"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (text_starts(detail, ends[i]))
			return true;
	return false;
}

static void set_detail(struct board_row *row, const char *detail)
{
	size_t len = detail ? strnlen(detail, sizeof(row->detail) - 1) : 0;

	memcpy(row->detail, detail ? detail : "", len);
	row->detail[len] = '\0';
}

/* Only what is transferred has bytes; unpacking a layer leaves its bytes at their total. */
static void note_bytes(struct board_part *part, const struct report_event *event)
{
	if (text_eq(event->detail, "Downloading") || text_eq(event->detail, "Pushing")) {
		part->current = event->current;
		part->total = event->total;
	} else if (!text_eq(event->detail, "Waiting") && part->total > 0) {
		part->current = part->total;
	}
}

/* A step that begins shows its name, then what it writes; its end is no news. */
static void note_progress(
	struct board *board, struct board_row *row, const struct report_event *event)
{
	const char *detail = event->detail ? event->detail : "";
	bool is_end = board_ends_part(detail);
	struct board_part *part;

	if (!row->is_build || !is_end)
		set_detail(row, row->is_build && !*detail ? event->part : detail);
	if (!event->part)
		return;
	part = part_of(board, row, event->part);
	note_bytes(part, event);
	part->done = part->done || is_end;
}

static void set_row(struct board_row *row, enum row_state state, const char *text)
{
	row->state = state;
	if (text)
		row->text = text;
}

/* An action has ended well: the row is done with its last one. */
static void end_action(struct board_row *row, unsigned number, const char *text)
{
	if (number > 0 && row->nleft > 0)
		row->nleft--;
	if (row->state != ROW_ERROR && row->state != ROW_WARNING)
		row->state = row->nleft > 0 ? ROW_PENDING : ROW_DONE;
	if (text && row->state != ROW_ERROR)
		row->text = text;
}

void board_event(struct board *board, const struct report_event *event, int64_t now_ms)
{
	struct board_row *row = row_of(board, event->action);
	const char *doing, *done;

	if (!row)
		row = add_row(board, event->action);
	doing = action_doing(event->action, row->recreated);
	done = action_done(event->action, row->recreated);
	if (!row->started_ms)
		row->started_ms = now_ms;
	row->ended_ms = now_ms;
	switch (event->phase) {
	case PHASE_STARTED:
		set_row(row, ROW_WORKING, doing);
		set_detail(row, NULL);
		break;
	case PHASE_PROGRESS:
		note_progress(board, row, event);
		break;
	case PHASE_DONE:
		end_action(row, event->number, done);
		set_detail(row, NULL);
		break;
	case PHASE_SKIPPED:
		end_action(row, event->number, row->text ? NULL : "Unchanged");
		break;
	case PHASE_WARNED:
		set_row(row, ROW_WARNING, done);
		set_detail(row, event->err ? event->err->text : NULL);
		break;
	case PHASE_FAILED:
		if (event->err && event->err->kind == ERR_INTERRUPTED) {
			set_row(row, ROW_WARNING, "Interrupted");
			break;
		}
		set_row(row, ROW_ERROR, "Error");
		set_detail(row, event->err ? event->err->text : NULL);
		break;
	case PHASE_GIVEN_UP:
		if (row->state != ROW_ERROR)
			set_row(row, ROW_WARNING, row->text ? NULL : "Not done");
		break;
	case PHASE_UNDOING:
		set_row(row, ROW_WORKING, "Putting back");
		break;
	}
}

void add_bytes(struct str *str, int64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double n = (double)bytes;
	size_t unit = 0;

	while (n >= 1000 && unit + 1 < sizeof(units) / sizeof(*units)) {
		n /= 1000;
		unit++;
	}
	str_printf(str,
		n < 10 && unit            ? "%.2f%s"
			: n < 100 && unit ? "%.1f%s"
					  : "%.0f%s",
		n, units[unit]);
}

/* "[######......] 12MB / 45MB, 3/7" */
static void add_transfer(struct str *str, const struct board_row *row)
{
	int64_t current = 0, total = 0;
	size_t done = 0;

	for (size_t i = 0; i < row->nparts; i++) {
		current += row->parts[i].current;
		total += row->parts[i].total;
		done += row->parts[i].done;
	}
	if (total > 0) {
		size_t cells = (size_t)(current * BAR_CELLS / total);

		str_add_c(str, '[');
		for (size_t i = 0; i < BAR_CELLS; i++)
			str_add(str, i < cells ? "█" : "·");
		str_add(str, "] ");
		add_bytes(str, current);
		str_add(str, " / ");
		add_bytes(str, total);
		str_add(str, ", ");
	}
	str_printf(str, "%zu/%zu layers", done, row->nparts);
}

static const char *symbol(const struct board_row *row, int64_t now_ms)
{
	static const char *const frames[] = {
		"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

	switch (row->state) {
	case ROW_PENDING:
		return "·";
	case ROW_WORKING:
		return frames[(now_ms / FRAME_MS) %
			(int64_t)(sizeof(frames) / sizeof(*frames))];
	case ROW_DONE:
		return "✔";
	case ROW_WARNING:
		return "!";
	case ROW_ERROR:
		return "✘";
	}
	return " ";
}

static const char *style(enum row_state state)
{
	switch (state) {
	case ROW_PENDING:
		return DIM;
	case ROW_WORKING:
		return CYAN;
	case ROW_DONE:
		return GREEN;
	case ROW_WARNING:
		return YELLOW;
	case ROW_ERROR:
		return RED;
	}
	return PLAIN;
}

/* How many characters of UTF-8 there are, without the blanks at the end. */
static size_t text_columns(const char *text)
{
	size_t n = 0, columns = 0;

	for (; *text; text++) {
		n += ((unsigned char)*text & 0xc0) != 0x80;
		if (*text != ' ')
			columns = n;
	}
	return columns;
}

/*
 * Cuts UTF-8 text to columns (each character is one wide here), the last of which then says so; drops line breaks and
 * control bytes.
 */
static size_t add_cut(struct str *str, const char *text, size_t columns)
{
	size_t n = 0;
	bool whole = text_columns(text) <= columns;

	for (; *text && n < columns; n++) {
		if (!whole && n + 1 == columns) {
			str_add(str, "…");
			return columns;
		}
		if ((unsigned char)*text < 0x20)
			str_add_c(str, ' ');
		else
			str_add_c(str, *text);
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80)
			str_add_c(str, *text++);
	}
	return n;
}

static size_t name_columns(const struct board *board, const struct board_look *look)
{
	size_t width = 0, max = (size_t)look->columns / 2;

	for (size_t i = 0; i < board->nrows; i++)
		if (strlen(board->rows[i].name) > width)
			width = strlen(board->rows[i].name);
	return width > max ? max : width;
}

static void add_steps(struct str *str, const struct board_row *row)
{
	size_t done = 0;

	for (size_t i = 0; i < row->nparts; i++)
		done += row->parts[i].done;
	str_printf(str, "%zu/%zu  %s", done, row->nparts, row->detail);
}

static void add_status(struct str *str, const struct board_row *row)
{
	str_printf(str, "%s  ", row->text ? row->text : "");
	if (row->state != ROW_WORKING || row->nparts == 0)
		str_add(str, row->detail);
	else if (row->is_build)
		add_steps(str, row);
	else
		add_transfer(str, row);
}

static void add_elapsed(struct str *str, const struct board_row *row, int64_t now_ms)
{
	int64_t end = row->state == ROW_WORKING ? now_ms : row->ended_ms;

	if (row->started_ms)
		str_printf(str, "%5.1fs", (double)(end - row->started_ms) / 1000);
}

/* " ✔ Container app-web-1  Started      0.4s" */
static void add_row_line(struct str *str, const struct board_row *row,
	const struct board_look *look, size_t name_width)
{
	size_t columns = (size_t)look->columns, used;
	auto_str status = {0};

	if (look->color)
		str_printf(str, " %s%s" PLAIN " ", style(row->state),
			symbol(row, look->now_ms));
	else
		str_printf(str, " %s ", symbol(row, look->now_ms));
	used = 3 + add_cut(str, row->name, name_width);
	str_add_repeat(str, ' ', name_width + 5 - used);
	used = name_width + 5;
	add_status(&status, row);
	if (look->color)
		str_add(str, style(row->state));
	if (columns > used + TIME_COLUMNS + 1)
		used += add_cut(
			str, str_text(&status), columns - used - TIME_COLUMNS - 1);
	if (look->color)
		str_add(str, PLAIN DIM);
	if (columns > used + TIME_COLUMNS) {
		str_add_repeat(str, ' ', columns - used - TIME_COLUMNS);
		add_elapsed(str, row, look->now_ms);
	}
	if (look->color)
		str_add(str, PLAIN);
	str_add_c(str, '\n');
}

static size_t count_done(const struct board *board)
{
	size_t n = 0;

	for (size_t i = 0; i < board->nrows; i++)
		n += board->rows[i].state == ROW_DONE ||
			board->rows[i].state == ROW_WARNING;
	return n;
}

/* When not all rows fit, those that tell most: failures and work first, then the latest results. */
static int worth(const struct board_row *row)
{
	switch (row->state) {
	case ROW_ERROR:
		return 4;
	case ROW_WARNING:
		return 3;
	case ROW_WORKING:
		return 3;
	case ROW_DONE:
		return 2;
	case ROW_PENDING:
		return 1;
	}
	return 0;
}

/* Marks the rows to show: by worth, and among equals the later ones. Returns how many. */
static size_t choose_rows(const struct board *board, size_t room, bool *out_shown)
{
	size_t n = 0;

	for (int level = 4; level > 0; level--)
		for (size_t i = board->nrows; i > 0 && n < room; i--)
			if (worth(&board->rows[i - 1]) == level) {
				out_shown[i - 1] = true;
				n++;
			}
	return n;
}

size_t board_render(
	const struct board *board, const struct board_look *look, struct str *str)
{
	size_t room = look->rows > 4 ? (size_t)look->rows - 3 : 1;
	size_t width = name_columns(board, look), lines = 1, shown;
	auto_free bool *marks = xalloc(board->nrows + 1);

	memset(marks, 0, board->nrows + 1);
	shown = choose_rows(board, room, marks);
	str_printf(str, "%s[+] %s %zu/%zu%s  %.1fs\n", look->color ? BLUE : "",
		board->title, count_done(board), board->nrows, look->color ? PLAIN : "",
		(double)(look->now_ms - board->started_ms) / 1000);
	for (size_t i = 0; i < board->nrows; i++)
		if (marks[i]) {
			add_row_line(str, &board->rows[i], look, width);
			lines++;
		}
	if (shown < board->nrows) {
		str_printf(str, "   ... %zu more\n", board->nrows - shown);
		lines++;
	}
	return lines;
}
