/* SPDX-License-Identifier: Apache-2.0 */
/* Turns reports into what standard error shows. */
#include "cmd/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/texts.h"
#include "cmd/board.h"
#include "cmd/display.h"
#include "cmd/table.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"

#define REDRAW_MS 100
#define HEARTBEAT_MS 30000   /* plain: of one pull or build that takes long */
#define JSON_PROGRESS_MS 500 /* of one action */
#define IMAGE_NOUN "Image "
#define TRANSFER_MIN_COLUMNS 10
#define TABLE_PADDING 3
#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT 24

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define CLEAR_BELOW "\033[J"

struct progress {
	uv_loop_t *loop;
	struct display *display;
	const struct plan *plan;
	struct arena arena;
	struct board board;
	struct report report;
	struct display_block block;
	uv_timer_t *timer;
	size_t drawn; /* lines of the block on the terminal */
	struct strings failures;
	int64_t *told_ms; /* when progress of an action was last told; by its number */
};

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

/* ---- terminal */

static void erase(void *ctx)
{
	struct progress *progress = ctx;
	auto_str text = {0};

	if (progress->drawn == 0)
		return;
	str_printf(&text, "\033[%zuA\r" CLEAR_BELOW, progress->drawn);
	display_draw(progress->display, &text);
	progress->drawn = 0;
}

static struct board_look look(const struct progress *progress)
{
	struct winsize size = {0};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		size = (struct winsize){
			.ws_row = ROWS_DEFAULT, .ws_col = COLUMNS_DEFAULT};
	return (struct board_look){
		.rows = size.ws_row,
		.columns = size.ws_col,
		.color = progress->display->color,
		.now_ms = now_ms(),
	};
}

/* One write a drawing, and lines are overwritten in place, so nothing flickers. */
static void draw(void *ctx)
{
	struct progress *progress = ctx;
	struct board_look how = look(progress);
	auto_str lines = {0}, text = {0};
	size_t nlines = board_render(&progress->board, &how, &lines);

	str_add(&text, HIDE_CURSOR);
	if (progress->drawn > 0)
		str_printf(&text, "\033[%zuA\r", progress->drawn);
	for (const char *line = str_text(&lines); *line;) {
		size_t len = strcspn(line, "\n");

		str_add_n(&text, line, len);
		str_add(&text, "\033[K\n");
		line += len + 1;
	}
	str_add(&text, CLEAR_BELOW SHOW_CURSOR);
	display_draw(progress->display, &text);
	progress->drawn = nlines;
}

static void on_timer(uv_timer_t *timer)
{
	struct progress *progress = timer->data;

	if (!display_is_behind(progress->display))
		draw(progress);
}

/* ---- plain lines */

static bool is_transfer(const struct action *action)
{
	return action->kind == ACTION_IMAGE_PULL || action->kind == ACTION_IMAGE_PUSH ||
		action->kind == ACTION_IMAGE_BUILD;
}

/* More is cut to its first line; all of it is told at the end. */
static void plain_line(struct progress *progress, const struct action *action,
	const char *what, const char *more)
{
	auto_str line = {0};

	str_add_c(&line, ' ');
	board_add_name(&line, action);
	str_printf(&line, "  %s", what);
	if (more && *more)
		str_printf(&line, " %.*s", (int)strcspn(more, "\n"), more);
	display_say(progress->display, "%s ", line.text);
}

/* What `build` was asked for is worth a line each: steps that begin and end, and between them what they write. */
static void plain_build_line(struct progress *progress, const struct report_event *event)
{
	const char *detail = event->detail ? event->detail : "";

	if (event->part && (!*detail || board_ends_part(detail)))
		plain_line(progress, event->action, event->part, detail);
	else
		plain_line(progress, event->action, "|", detail);
}

/* Long transfers say now and then that they live. */
static void plain_progress(struct progress *progress, const struct report_event *event)
{
	int64_t *last = &progress->told_ms[event->number];

	if (event->action->build && text_eq(progress->plan->command, "build") &&
		!event->action->build->quiet) {
		plain_build_line(progress, event);
		return;
	}
	if (*last == 0)
		*last = now_ms();
	if (now_ms() - *last < HEARTBEAT_MS)
		return;
	*last = now_ms();
	plain_line(progress, event->action, action_doing(event->action, false),
		event->detail);
}

static void plain_event(struct progress *progress, const struct report_event *event)
{
	const struct action *action = event->action;
	bool recreated = board_recreates(&progress->board, action);
	const char *done = action_done(action, recreated);

	switch (event->phase) {
	case PHASE_STARTED:
		if (is_transfer(action))
			plain_line(progress, action, action_doing(action, false), NULL);
		break;
	case PHASE_PROGRESS:
		plain_progress(progress, event);
		break;
	case PHASE_DONE:
		/* A wait for what runs anyway, or files for a new container: no news. */
		if (done && event->number && action->kind != ACTION_CONTAINER_PUT)
			plain_line(progress, action, done, NULL);
		break;
	case PHASE_SKIPPED:
	case PHASE_GIVEN_UP:
		break;
	case PHASE_WARNED:
		plain_line(progress, action, "Warning",
			event->err ? event->err->text : NULL);
		break;
	case PHASE_FAILED:
		plain_line(
			progress, action, "Error", event->err ? event->err->text : NULL);
		break;
	case PHASE_UNDOING:
		if (action->kind != ACTION_CONTAINER_RENAME)
			plain_line(progress, action, "Putting back", NULL);
		break;
	}
}

/* ---- JSON */

static const char *json_status(enum phase phase)
{
	switch (phase) {
	case PHASE_STARTED:
	case PHASE_PROGRESS:
	case PHASE_UNDOING:
		return "Working";
	case PHASE_DONE:
	case PHASE_SKIPPED:
		return "Done";
	case PHASE_WARNED:
	case PHASE_GIVEN_UP:
		return "Warning";
	case PHASE_FAILED:
		return "Error";
	}
	return "Working";
}

static const char *json_text(const struct report_event *event)
{
	switch (event->phase) {
	case PHASE_STARTED:
	case PHASE_PROGRESS:
		return action_doing(event->action, false);
	case PHASE_DONE:
		return action_done(event->action, false);
	case PHASE_SKIPPED:
		return "Unchanged";
	case PHASE_WARNED:
		return "Warning";
	case PHASE_FAILED:
		return "Error";
	case PHASE_GIVEN_UP:
		return "Not done";
	case PHASE_UNDOING:
		return "Putting back";
	}
	return "";
}

static void json_field(struct str *str, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	str_printf(str, ",\"%s\":", key);
	json_print_text(str, text, JSON_COMPACT);
}

static void json_event(struct progress *progress, const struct report_event *event)
{
	bool is_build = event->action->kind == ACTION_IMAGE_BUILD;
	int64_t *last = &progress->told_ms[event->number];
	auto_str line = {0}, name = {0};

	if (event->phase == PHASE_PROGRESS && !is_build &&
		now_ms() - *last < JSON_PROGRESS_MS)
		return;
	board_add_name(&name, event->action);
	*last = now_ms();
	str_add(&line, "{\"id\":");
	json_print_text(&line, event->part ? event->part : name.text, JSON_COMPACT);
	json_field(&line, "parent_id", event->part ? name.text : NULL);
	json_field(&line, "status", json_status(event->phase));
	json_field(&line, "text", json_text(event));
	json_field(&line, "details", event->err ? event->err->text : event->detail);
	if (event->total > 0)
		str_printf(&line,
			",\"current\":%" PRId64 ",\"total\":%" PRId64 ",\"percent\":%d",
			event->current, event->total,
			(int)(event->current * 100 / event->total));
	if (event->number)
		str_printf(&line, ",\"action\":%u", event->number);
	json_field(&line, "service", event->action->service);
	if (event->phase == PHASE_STARTED)
		json_field(&line, "reason", event->action->reason);
	str_add(&line, "}\n");
	display_write(progress->display, STDERR_FILENO, line.text, line.len);
}

static void json_result(struct display *display, const struct plan *plan,
	const struct execute_result *result)
{
	auto_str line = {0};

	str_add(&line, "{\"id\":");
	json_print_text(&line, plan->project, JSON_COMPACT);
	str_printf(&line, ",\"command\":\"%s\",\"status\":\"%s\",\"changed\":%s",
		plan->command, result->ok ? "Done" : "Error",
		result->changed ? "true" : "false");
	str_printf(&line,
		",\"done\":%zu,\"skipped\":%zu,\"failed\":%zu,\"not_done\":%zu}\n",
		result->ndone, result->nskipped, result->nfailed, result->ngiven_up);
	display_write(display, STDERR_FILENO, line.text, line.len);
}

/* ---- all modes */

static void keep_failure(struct progress *progress, const char *text)
{
	if (!strings_has(&progress->failures, text))
		ARENA_PUSH(&progress->arena, progress->failures.items,
			progress->failures.n, arena_strdup(&progress->arena, text));
}

static void on_event(void *ctx, const struct report_event *event)
{
	struct progress *progress = ctx;

	if (event->phase == PHASE_FAILED && event->number && event->err &&
		event->err->kind != ERR_INTERRUPTED)
		keep_failure(progress, event->err->text);
	board_event(&progress->board, event, now_ms());
	switch (progress->display->mode) {
	case DISPLAY_PLAIN:
		plain_event(progress, event);
		break;
	case DISPLAY_JSON:
		json_event(progress, event);
		break;
	case DISPLAY_TTY: /* by the timer */
	case DISPLAY_QUIET:
		break;
	}
}

static void start_drawing(struct progress *progress)
{
	progress->timer = xalloc(sizeof(*progress->timer));
	uv_timer_init(progress->loop, progress->timer);
	progress->timer->data = progress;
	uv_timer_start(progress->timer, on_timer, REDRAW_MS, REDRAW_MS);
	uv_unref((uv_handle_t *)progress->timer);
	progress->block =
		(struct display_block){.ctx = progress, .erase = erase, .draw = draw};
	progress->display->block = &progress->block;
	draw(progress);
}

struct progress *progress_new(
	struct uv_loop_s *loop, struct display *display, const struct plan *plan)
{
	struct progress *progress = xalloc(sizeof(*progress));

	*progress = (struct progress){.loop = loop, .display = display, .plan = plan};
	progress->report = (struct report){.ctx = progress, .event = on_event};
	progress->told_ms = ARENA_NEW_N(&progress->arena, plan->nactions + 1, int64_t);
	board_init(&progress->board, &progress->arena, plan, now_ms());
	if (display->mode == DISPLAY_TTY)
		start_drawing(progress);
	return progress;
}

const struct report *progress_report(const struct progress *progress)
{
	return &progress->report;
}

/* "pull image nginx: manifest unknown" beside nginx is "manifest unknown". */
static const char *why_of(const struct board_row *row, const char *image)
{
	const char *found = strstr(row->detail, image);

	if (!found || !text_starts(found + strlen(image), ": "))
		return row->detail;
	return found + strlen(image) + 2;
}

/* Of ten images, which arrived? Lines that scrolled by do not tell. */
static void say_transfers(struct progress *progress)
{
	const char *const header[] = {"IMAGE", "RESULT", "WHY"};
	struct table table;
	auto_str text = {0};

	table_init(&table, &progress->arena, 3, TRANSFER_MIN_COLUMNS, TABLE_PADDING);
	table_add(&table, header);
	for (size_t i = 0; i < progress->board.nrows; i++) {
		const struct board_row *row = &progress->board.rows[i];
		const char *image = row->name + strlen(IMAGE_NOUN);
		const char *const cells[] = {image,
			row->state == ROW_DONE ? row->text : "Failed",
			why_of(row, image)};

		if (text_starts(row->name, IMAGE_NOUN))
			table_add(&table, cells);
	}
	table_print(&table, &text);
	display_say(progress->display, "%.*s", (int)text.len - 1, str_text(&text));
}

bool progress_end(struct progress *progress)
{
	bool has_table = progress->failures.n > 0 && progress->board.nrows > 1 &&
		is_transfer(&progress->plan->actions[0]);

	if (progress->display->mode == DISPLAY_TTY)
		draw(progress);
	progress->drawn = 0;
	progress->display->block = NULL;
	if (has_table)
		say_transfers(progress);
	return has_table;
}

const struct strings *progress_failures(const struct progress *progress)
{
	return &progress->failures;
}

void progress_result(struct progress *progress, const struct execute_result *result)
{
	if (progress->display->mode == DISPLAY_JSON)
		json_result(progress->display, progress->plan, result);
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	if (progress->display->block == &progress->block)
		progress->display->block = NULL;
	if (progress->timer)
		uv_close((uv_handle_t *)progress->timer, timer_closed);
	arena_finish(&progress->arena);
	free(progress);
}

void progress_nothing(struct display *display, const struct plan *plan)
{
	const struct execute_result nothing = {.ok = true};
	bool is_tty = display->mode == DISPLAY_TTY;
	auto_str text = {0};

	if (display->mode == DISPLAY_JSON) {
		json_result(display, plan, &nothing);
		return;
	}
	for (size_t i = 0; i < plan->nuntouched; i++)
		str_printf(&text,
			display->color   ? " \033[32m✔\033[0m Container %s  Running\n"
				: is_tty ? " ✔ Container %s  Running\n"
					 : " Container %s  Running \n",
			plan->untouched[i]);
	if (plan->nuntouched > 0 || plan->nnotes == 0)
		str_printf(&text, "%s: nothing to do\n", plan->project);
	if (display->mode != DISPLAY_QUIET)
		display_write(display, STDERR_FILENO, str_text(&text), text.len);
}
