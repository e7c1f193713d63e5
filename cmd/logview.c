/* SPDX-License-Identifier: Apache-2.0 */
/* Containers' output on our standard streams. */
#include "cmd/logview.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/display.h"
#include "cmd/lines.h"
#include "cmd/output.h"
#include "compose/scheduler/follow.h"

struct shown {
	struct line_source line;
	struct shown *next; /* logview.shown's list */
};

struct logview {
	struct app *app;
	struct logview_opts opts;
	struct lines lines;
	struct shown *shown;
	struct output *outputs[2];
	struct follow *follow; /* not ours; NULL: nobody to hold back */
	bool paused;
	bool idle;
	bool broken;
};

static void check(struct logview *view)
{
	bool full = false;

	view->idle = true;
	for (int i = 0; i < 2; i++) {
		full = full || output_is_full(view->outputs[i]);
		view->idle = view->idle && output_is_idle(view->outputs[i]);
		view->broken = view->broken || output_error(view->outputs[i]);
	}
	if (view->follow && full && !view->paused) {
		view->paused = true;
		follow_pause(view->follow, true);
	}
	if (view->follow && view->idle && view->paused) {
		view->paused = false;
		follow_pause(view->follow, false);
	}
}

static void on_drained(void *ctx)
{
	check(ctx);
}

/* A block of progress may stand below: it makes room. */
static void write_lines(struct logview *view, int fd, const struct str *text)
{
	const struct display_block *block = view->app->display->block;

	if (!text->len)
		return;
	if (block)
		block->erase(block->ctx);
	output_write(view->outputs[view->opts.split && fd == STDERR_FILENO],
		str_text(text), text->len);
	if (block)
		block->draw(block->ctx);
	check(view);
}

struct logview *logview_new(struct app *app, const struct logview_opts *opts)
{
	struct logview *view = xalloc(sizeof(*view));

	*view = (struct logview){.app = app, .opts = *opts, .idle = true};
	view->lines.no_prefix = opts->no_prefix;
	view->lines.color = app->display->color_stdout && !opts->no_color;
	for (int i = 0; i < 2; i++)
		view->outputs[i] =
			output_new(app->loop, STDOUT_FILENO + i, on_drained, view);
	return view;
}

void logview_free(struct logview *view)
{
	if (!view)
		return;
	for (struct shown *shown = view->shown, *next; shown; shown = next) {
		next = shown->next;
		line_source_finish(&shown->line);
		free(shown);
	}
	for (int i = 0; i < 2; i++)
		output_free(view->outputs[i]);
	free(view);
}

void logview_bind(struct logview *view, struct follow *follow)
{
	view->follow = follow;
}

void logview_expect(struct logview *view, const char *name)
{
	const char *shown = line_name(name, view->app->project->name);

	if (strlen(shown) > view->lines.width)
		view->lines.width = strlen(shown);
}

static struct line_source *line_of(struct logview *view, struct follow_source *source)
{
	struct shown *shown = source->user;

	if (!shown) {
		shown = xalloc(sizeof(*shown));
		shown->next = view->shown;
		view->shown = shown;
		source->user = shown;
		line_source_init(&shown->line, &view->lines,
			arena_strdup(&view->app->arena,
				line_name(source->name, view->app->project->name)));
	}
	return &shown->line;
}

void logview_text(struct logview *view, struct follow_source *source,
	const struct follow_text *text)
{
	auto_str out = {0};

	line_source_feed(line_of(view, source), text->fd, text->data, text->len,
		view->opts.timestamps ? text->stamp : NULL, &out);
	write_lines(view, text->fd, &out);
}

void logview_end(struct logview *view, struct follow_source *source)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		auto_str out = {0};

		line_source_end(line_of(view, source), fd, NULL, &out);
		write_lines(view, fd, &out);
	}
}

static void tell(struct logview *view, struct follow_source *source, const char *what)
{
	auto_str out = {0};

	line_source_tell(line_of(view, source), what, &out);
	write_lines(view, STDOUT_FILENO, &out);
}

void logview_tell_ended(
	struct logview *view, struct follow_source *source, int exit_code, bool restarts)
{
	auto_str what = {0};

	str_printf(&what, "exited with code %d%s", exit_code,
		restarts ? " (restarting)" : "");
	tell(view, source, str_text(&what));
}

void logview_tell_replaced(struct logview *view, struct follow_source *source)
{
	tell(view, source, "has been recreated");
}

void logview_say(struct logview *view, const char *line)
{
	auto_str out = {0};

	str_printf(&out, "%s\n", line);
	write_lines(view, STDOUT_FILENO, &out);
}

const bool *logview_idle(const struct logview *view)
{
	return &view->idle;
}

const bool *logview_broken(const struct logview *view)
{
	return &view->broken;
}
