/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how standard error looks, and writes to it. */
#include "cmd/display.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/complain.h"
#include "cmd/output.h"

static enum display_mode mode_of(const struct root *root, bool is_terminal)
{
	if (text_eq(root->progress, "json"))
		return DISPLAY_JSON;
	if (text_eq(root->progress, "quiet"))
		return DISPLAY_QUIET;
	if (text_eq(root->progress, "tty"))
		return DISPLAY_TTY;
	if (text_eq(root->progress, "plain") || text_eq(root->ansi, "never"))
		return DISPLAY_PLAIN;
	return is_terminal ? DISPLAY_TTY : DISPLAY_PLAIN;
}

static bool wants_color(const struct root *root, bool is_terminal, bool no_color)
{
	if (text_eq(root->ansi, "always"))
		return true;
	return is_terminal && !no_color && !text_eq(root->ansi, "never");
}

void display_init(
	struct display *display, const struct root *root, const char *cwd, bool no_color)
{
	bool is_terminal = isatty(STDERR_FILENO);

	*display = (struct display){
		.mode = mode_of(root, is_terminal),
		.color_stdout = wants_color(root, isatty(STDOUT_FILENO), no_color),
		.cwd = cwd,
	};
	display->color =
		wants_color(root, is_terminal, no_color) && display->mode != DISPLAY_JSON;
}

static void write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

void display_open(struct display *display, struct uv_loop_s *loop)
{
	if (!display->waitless)
		display->waitless = output_new(loop, STDERR_FILENO, NULL, NULL);
}

void display_close(struct display *display, struct uv_loop_s *loop)
{
	struct output *output = display->waitless;

	while (output && !output_is_idle(output))
		uv_run(loop, UV_RUN_ONCE);
	output_free(output);
	display->waitless = NULL;
}

bool display_is_behind(const struct display *display)
{
	return display->waitless && !output_is_idle(display->waitless);
}

static void write_out(struct display *display, int fd, const char *text, size_t len)
{
	struct output *output = fd == STDERR_FILENO ? display->waitless : NULL;

	if (!output)
		write_all(fd, text, len);
	else if (output_waiting(output) + len <= DISPLAY_MAX_BYTES)
		output_write(output, text, len);
}

void display_draw(struct display *display, const struct str *text)
{
	write_out(display, STDERR_FILENO, str_text(text), text->len);
}

void display_write(struct display *display, int fd, const char *text, size_t len)
{
	const struct display_block *block = display->block;

	if (block)
		block->erase(block->ctx);
	fflush(stdout);
	write_out(display, fd, text, len);
	if (block)
		block->draw(block->ctx);
}

void display_say(struct display *display, const char *format, ...)
{
	auto_str text = {0};
	va_list args;

	if (display->mode == DISPLAY_JSON || display->mode == DISPLAY_QUIET)
		return;
	va_start(args, format);
	str_vprintf(&text, format, args);
	va_end(args);
	str_add_c(&text, '\n');
	display_write(display, STDERR_FILENO, text.text, text.len);
}

static void add_json_place(struct str *str, const struct pos *pos)
{
	str_add(str, "\"file\":");
	json_print_text(str, pos->file, JSON_COMPACT);
	str_printf(str, ",\"line\":%u,\"column\":%u", pos->line, pos->column);
}

static void add_json_chain(struct str *str, const struct err_file *file)
{
	const char *before = ",\"via\":[";

	for (; file && file->how; file = file->up, before = ",") {
		str_printf(str, "%s{\"how\":", before);
		json_print_text(str, file->how, JSON_COMPACT);
		str_add_c(str, ',');
		add_json_place(str, &file->by);
		str_add_c(str, '}');
	}
	if (*before && !before[1])
		str_add_c(str, ']');
}

/* {"error":true,"message":"..."} as docker compose has it; warnings are "warning". */
static void add_json(struct str *str, const struct err_item *item)
{
	str_printf(str, "{\"%s\":true,\"message\":", item->warning ? "warning" : "error");
	json_print_text(str, item->text, JSON_COMPACT);
	if (item->pos.file) {
		str_add_c(str, ',');
		add_json_place(str, &item->pos);
		add_json_chain(str, item->file);
	}
	str_add(str, "}\n");
}

/* Asked anew each time: windows change. 0: it is no terminal. */
static unsigned columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

void display_complain(struct display *display, const struct err_item *item)
{
	const struct complain how = {.cwd = display->cwd,
		.origins = display->origins,
		.color = display->color,
		.columns = columns()};
	auto_str text = {0};

	if (item->warning && display->mode == DISPLAY_QUIET)
		return;
	if (display->mode == DISPLAY_JSON)
		add_json(&text, item);
	else
		complain(&text, &how, item);
	display_write(display, STDERR_FILENO, str_text(&text), text.len);
}
