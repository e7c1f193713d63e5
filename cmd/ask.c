/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ask.h"

#include <strings.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/display.h"
#include "cmd/options.h"

enum { ANSWER_MAX_BYTES = 100 };

/* One line and no more: what follows it is for somebody else. */
static void read_answer(char *out, size_t size)
{
	size_t n = 0;
	char c;

	while (n + 1 < size && read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		if (c != '\r' && c != ' ')
			out[n++] = c;
	out[n] = '\0';
}

static bool is_yes(const char *answer, bool preset)
{
	bool value = false;

	if (!*answer)
		return preset;
	return !strcasecmp(answer, "y") || !strcasecmp(answer, "yes") ||
		(parse_bool(answer, &value) && value);
}

bool app_ask(struct app *app, const char *question, bool preset, struct err *err)
{
	char answer[ANSWER_MAX_BYTES];
	bool is_terminal = isatty(STDIN_FILENO);
	auto_str text = {0};

	str_printf(&text, "%s [%s]: ", question, preset ? "Y/n" : "y/N");
	display_write(app->display, STDERR_FILENO, str_text(&text), text.len);
	read_answer(answer, sizeof(answer));
	if (!is_terminal)
		display_write(app->display, STDERR_FILENO, "\n", 1);
	if (is_yes(answer, preset && is_terminal))
		return true;
	return err_set(err, ERR_INPUT,
		*answer || is_terminal
			? "nothing was done: the answer was no"
			: "nothing was done: nobody said yes\nWhere nobody can be "
			  "asked, -y (--yes) says it.");
}
