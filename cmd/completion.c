/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davit completion: a script for bash. It asks davit itself what there is (davit __complete), so it never
 * grows old.
 */
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"

static const struct option no_opts[] = {OPTION_END};

static const char bash_script[] =
	"# Completion for davit in bash: source <(davit completion bash)\n"
	"_davit() {\n"
	"	local line\n"
	"	COMPREPLY=()\n"
	"	while read -r line; do\n"
	"		COMPREPLY+=(\"$line\")\n"
	"	done < <(davit __complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
	"2>/dev/null)\n"
	"	[[ ${#COMPREPLY[@]} == 0 ]] && compopt -o default\n"
	"}\n"
	"complete -F _davit davit\n";

static int completion_run(
	struct app *app, const void *opts, const struct operands *operands)
{
	struct err err = {0};

	(void)opts;
	if (!text_eq(operands->items[0], "bash")) {
		err_set(&err, ERR_INPUT,
			"davit completion %s: there is one for bash only",
			operands->items[0]);
		return app_fail(app, &err);
	}
	app_print(app, "%s", bash_script);
	return EXIT_SUCCESS;
}

const struct command cmd_completion = {
	.name = "completion",
	.args = "bash",
	.help = "Print a completion script for the shell",
	.detail = "In bash: source <(davit completion bash), for instance in ~/.bashrc.",
	.opts = no_opts,
	.min_operands = 1,
	.max_operands = 1,
	.group = GROUP_FILES,
	.run = completion_run,
};
