/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that are plans: from the row's wish to what the engine has done (app.h has the steps). */
#pragma once

#include <stdbool.h>

struct app;
struct command;
struct err;
struct operands;
struct plan;
struct wish;

/* What every wish has: the services that were named, and nothing asked for yet. */
void wish_init(struct app *app, struct wish *out);

/* Fills a wish by the command's own function, with what every wish has. False: err. */
bool command_wish(struct app *app, const struct command *command, const void *opts,
	const struct operands *operands, struct wish *out, struct err *err);

/* Makes the wish and carries it out. Returns the exit status. */
int command_carry_out(struct app *app, const struct command *command, const void *opts,
	const struct operands *operands);

/* Shows what there is to know beside the actions: orphans, ignored things. */
void app_show_notes(struct app *app, const struct plan *plan);

/* Prints a plan to standard output: text, or JSON with --progress json. */
void app_print_plan(struct app *app, const struct plan *plan, bool json);

/* For who does more around a plan than carrying it out. */
struct carry_hooks {
	/* The plan is about to be carried out, maybe empty. False: better not; the status is EXIT_INTERRUPTED. */
	bool (*planned)(void *ctx, const struct plan *plan);
	void *ctx;
	bool hasty; /* the first signal gives up what is under way */
};

/* app_carry_out with hooks. */
int app_carry_out_hooked(struct app *app, const struct wish *wish,
	const struct carry_hooks *hooks, const struct plan **out_plan);
