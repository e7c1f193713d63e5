/* SPDX-License-Identifier: Apache-2.0 */
/* What commands do with the app: print, complain, ask for variables. */
#include "cmd/app.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/str.h"
#include "cmd/display.h"
#include "cmd/options.h"

enum { ERRS_SHOWN_MAX = 50 }; /* errors at once, and as many warnings */

int app_fail(struct app *app, const struct err *err)
{
	const struct err_item item = {
		.kind = err->kind, .pos = err->pos, .text = err->text};

	display_complain(app->display, &item);
	return err->kind == ERR_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_FAILURE;
}

void app_warn(struct app *app, const char *format, ...)
{
	auto_str text = {0};
	va_list args;

	va_start(args, format);
	str_vprintf(&text, format, args);
	va_end(args);
	display_complain(app->display,
		&(struct err_item){
			.warning = true, .kind = ERR_INPUT, .text = str_text(&text)});
}

/* Shows the first of the errors, or of the warnings, and how many more there are of all. */
static void show_rest(struct app *app, bool warnings, size_t n)
{
	auto_str text = {0};

	if (n <= ERRS_SHOWN_MAX)
		return;
	n -= ERRS_SHOWN_MAX;
	str_printf(&text, "and %zu more %s%s", n, warnings ? "warning" : "error",
		n > 1 ? "s" : "");
	display_complain(app->display,
		&(struct err_item){.warning = warnings, .text = str_text(&text)});
}

int app_show_errs(struct app *app, struct errs *errs)
{
	size_t nerrors = 0, nwarnings = 0;
	bool failed;

	errs_sort(errs);
	if (app->root.strict)
		errs_be_strict(errs);
	failed = errs_failed(errs);
	for (size_t i = 0; i < errs->nitems; i++) {
		size_t *n = errs->items[i].warning ? &nwarnings : &nerrors;

		if ((*n)++ < ERRS_SHOWN_MAX)
			display_complain(app->display, &errs->items[i]);
	}
	show_rest(app, true, errs->nwarnings);
	show_rest(app, false, errs->nerrors);
	errs_init(errs, errs->arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

const char *app_getenv(const struct app *app, const char *name)
{
	return pairs_get(&app->environment, name);
}

bool app_getenv_bool(const struct app *app, const char *name, bool fallback)
{
	const char *text = app_getenv(app, name);
	bool value;

	return text && parse_bool(text, &value) ? value : fallback;
}

/* The stream itself remembers only that there was one. */
static void note_failure(struct app *app)
{
	if (!app->output_errno)
		app->output_errno = errno;
}

void app_print(struct app *app, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vprintf(format, args) < 0)
		note_failure(app);
	va_end(args);
}

void app_print_str(struct app *app, const struct str *str)
{
	if (fwrite(str_text(str), 1, str->len, stdout) < str->len)
		note_failure(app);
}

struct until {
	uv_prepare_t prepare;
	const bool *done;
};

/* A timer may have done it in this very turn of the loop, which would then wait for the next event. */
static void stop_if_done(uv_prepare_t *prepare)
{
	const struct until *until = prepare->data;

	if (*until->done)
		uv_stop(prepare->loop);
}

static void free_until(uv_handle_t *handle)
{
	free(handle->data);
}

void app_run_until(struct app *app, const bool *done)
{
	struct until *until;

	if (*done)
		return;
	until = xalloc(sizeof(*until));
	until->done = done;
	until->prepare.data = until;
	uv_prepare_init(app->loop, &until->prepare);
	uv_prepare_start(&until->prepare, stop_if_done);
	uv_unref((uv_handle_t *)&until->prepare);
	while (!*done && uv_run(app->loop, UV_RUN_ONCE))
		continue;
	uv_close((uv_handle_t *)&until->prepare, free_until);
}
