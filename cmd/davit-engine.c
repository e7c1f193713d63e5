/* SPDX-License-Identifier: Apache-2.0 */
/* davit-engine: all commands. davit becomes it when a command needs an engine. */
#include "cmd/app.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/connect.h"
#include "cmd/digests.h"
#include "cmd/observe.h"
#include "cmd/program.h"

#include <unistd.h>

/* In the order of `davit --help`: by group, in each what is used most first. */
static const struct command *const all_commands[] = {
	&cmd_up,
	&cmd_down,
	&cmd_plan,
	&cmd_ps,
	&cmd_logs,
	&cmd_exec,
	&cmd_attach,
	&cmd_run,
	&cmd_create,
	&cmd_start,
	&cmd_stop,
	&cmd_restart,
	&cmd_pause,
	&cmd_unpause,
	&cmd_kill,
	&cmd_rm,
	&cmd_scale,
	&cmd_port,
	&cmd_top,
	&cmd_wait,
	&cmd_volumes,
	&cmd_netdns,
	&cmd_build,
	&cmd_pull,
	&cmd_push,
	&cmd_publish,
	&cmd_images,
	&cmd_config,
	&cmd_env,
	&cmd_ls,
	&cmd_completion,
	&cmd_version,
	&cmd_complete,
	&cmd_compose_file,
	&cmd_man,
	&cmd_oci_get,
	NULL,
};

static const struct engine_side engine_side = {
	.project_by_labels = app_project_by_labels,
	.carry_out = command_carry_out,
	.find_digests = app_find_digests,
	.finish = app_disconnect,
};

int main(int argc, char **argv)
{
	const struct program program = {
		.commands = all_commands, .engine_side = &engine_side};

	return program_run(&program, argc, argv, environ);
}
