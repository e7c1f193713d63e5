/* SPDX-License-Identifier: Apache-2.0 */
/* davit __compose-file: doc/compose-file.md, out of the tables. A test holds that they agree. */
#include "base/schema_page.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"
#include "compose/model/fields.h"

static const struct option no_opts[] = {OPTION_END};

static int compose_file_run(
	struct app *app, const void *opts, const struct operands *operands)
{
	auto_str text = {0};

	(void)opts;
	(void)operands;
	schema_page(&text, &project_section);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

const struct command cmd_compose_file = {
	.name = "__compose-file",
	.help = "Print the page of all keys in Markdown",
	.opts = no_opts,
	.needs = COMMAND_HIDDEN,
	.run = compose_file_run,
};
