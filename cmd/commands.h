/* SPDX-License-Identifier: Apache-2.0 */
/* All commands, each in the file of its name. */
#pragma once

#include "cmd/command.h"

extern const struct command cmd_attach;
extern const struct command cmd_build;
extern const struct command cmd_complete;
extern const struct command cmd_completion;
extern const struct command cmd_compose_file;
extern const struct command cmd_config;
extern const struct command cmd_create;
extern const struct command cmd_down;
extern const struct command cmd_env;
extern const struct command cmd_exec;
extern const struct command cmd_images;
extern const struct command cmd_kill;
extern const struct command cmd_logs;
extern const struct command cmd_logs;
extern const struct command cmd_ls;
extern const struct command cmd_man;
extern const struct command cmd_netdns;
extern const struct command cmd_oci_get;
extern const struct command cmd_pause;
extern const struct command cmd_plan;
extern const struct command cmd_port;
extern const struct command cmd_ps;
extern const struct command cmd_publish;
extern const struct command cmd_pull;
extern const struct command cmd_push;
extern const struct command cmd_restart;
extern const struct command cmd_rm;
extern const struct command cmd_run;
extern const struct command cmd_run;
extern const struct command cmd_scale;
extern const struct command cmd_start;
extern const struct command cmd_stop;
extern const struct command cmd_top;
extern const struct command cmd_unpause;
extern const struct command cmd_up;
extern const struct command cmd_version;
extern const struct command cmd_volumes;
extern const struct command cmd_wait;
