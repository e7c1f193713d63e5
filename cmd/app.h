/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one run of the program shares, made in main and passed on in the smallest piece that will do. The
 * only place where the environment was read and from where things are printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/origins.h"
#include "compose/model/project.h"

struct command;
struct operands;
struct str;
struct uv_loop_s;
struct credentials;
struct display;
struct engine;
struct graph;
struct load_opts;
struct observed;
struct pin;
struct plan;
struct remotes;
struct wish;

/* The root flags (compose.md 1.2), with the environment's defaults already in. */
struct root {
	struct strings files;
	const char *project_name;
	const char *project_directory;
	struct strings profiles;
	struct strings env_files;
	const char *progress;    /* "auto", "tty", "plain", "json", "quiet" */
	const char *ansi;        /* "auto", "never", "always" */
	int64_t parallel;        /* <= 0: PARALLEL_DEFAULT */
	const char *dns;         /* a mode, for all networks; NULL: not asked */
	const char *dns_default; /* where nobody asks for one */
	bool compatibility;
	bool all_resources;
	bool dry_run;
	bool strict; /* warnings of files are errors */
	bool debug;
	/* docker's own: -H, --context, --tls*. NULL, false: DOCKER_HOST, DOCKER_CONTEXT, config.json's say. */
	const char *host;
	const char *context;
	const char *docker_config;
	struct opt_bool tls;
	struct opt_bool tls_verify;
	const char *tls_ca;
	const char *tls_cert;
	const char *tls_key;
};

#define EXIT_INTERRUPTED 130

struct app {
	struct arena arena; /* of the whole run */
	struct uv_loop_s *loop;
	struct root root;
	struct pairs
		environment; /* the process's, with COMPOSE_* of .env exported (1.4) */
	const struct files *files;     /* those of the project, read once */
	const struct remotes *remotes; /* cmd/elsewhere.h; NULL: not asked for yet */
	struct origins origins;        /* of what was got by them */
	const char *cwd;
	const char *home;
	const char *docker_config;             /* directory */
	const struct command *const *commands; /* all rows of this executable */
	const struct engine_side *engine_side; /* NULL in davit, which has no engine */
	struct display *display;               /* stderr: progress, warnings, errors */
	struct engine *engine;                 /* NULL until app_connect */
	struct credentials *credentials;
	int output_errno; /* of the first failure to write to stdout; 0: none */
	const struct project *project; /* NEEDS_PROJECT, NEEDS_NAME */
	const struct graph *graph;
	bool project_from_labels; /* there was no file */
	const struct observed *
		seen; /* what told the project, for the first app_observe; NULL: nothing */
	unsigned seen_what; /* enum observe_what */
	struct strings
		services; /* SERVICES, SERVICE_FIRST: the operands as names, globs expanded */
};

/* What only davit-engine can do; so davit needs not link it. */
struct engine_side {
	/* app->project, from the labels of what runs; whole: of its networks and volumes, too. */
	bool (*project_by_labels)(
		struct app *app, const char *name, bool whole, struct err *err);
	/* Runs a command that is a plan. */
	int (*carry_out)(struct app *app, const struct command *command, const void *opts,
		const struct operands *operands);
	/* What images are pinned to (cmd/pin.h). */
	void (*find_digests)(
		struct app *app, struct pin **pins, size_t npins, struct errs *errs);
	void (*finish)(struct app *app);
};

/* Shows an error as people see it (file:line:col, source line, caret) and returns the exit status. */
int app_fail(struct app *app, const struct err *err);
void app_warn(struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Shows all of a run, warnings too; the exit status, 0 when there were only warnings, unless --strict. */
int app_show_errs(struct app *app, struct errs *errs);

/* One of the app's variables, or NULL. */
const char *app_getenv(const struct app *app, const char *name);

/* A variable as Go's ParseBool reads it (and "y"); fallback when it is unset or no such word. */
bool app_getenv_bool(const struct app *app, const char *name, bool fallback);

/* Writes to standard output; an error there is told once, by main, at the end. */
void app_print(struct app *app, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void app_print_str(struct app *app, const struct str *str);

/* Runs the loop until *done; SIGINT, SIGTERM are handled by whoever watches them. */
void app_run_until(struct app *app, const bool *done);

/* The commands' common steps, each one blocking step on the loop. observed lives in app->arena. NULL: was shown. */
const struct observed *app_observe(struct app *app, unsigned what);

/* Observe, inspect what changed, plan; nothing is changed. NULL: the reason was shown. */
const struct plan *app_plan(struct app *app, const struct wish *wish);

/*
 * The way of every changing command: lock, observe, inspect what changed, plan; with --dry-run print it; else
 * carry it out with the display. Returns the exit status; out_plan may be NULL.
 */
int app_carry_out(struct app *app, const struct wish *wish, const struct plan **out_plan);
