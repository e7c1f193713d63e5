/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what flags of several commands share. */
#include "cmd/wishes.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/texts.h"
#include "cmd/app.h"
#include "cmd/services.h"
#include "compose/planner/planner.h"

#define REPLICAS_MAX 10000

bool exclude(bool a, const char *a_name, bool b, const char *b_name, struct err *err)
{
	if (!a || !b)
		return true;
	return err_set(err, ERR_INPUT, "%s and %s are incompatible", a_name, b_name);
}

static bool read_scale(struct arena *arena, const struct project *project,
	const char *text, struct scale *out, struct err *err)
{
	const char *equals = strchr(text, '=');
	struct strings found, named = {.n = 1};
	const char *name;

	if (!equals || equals == text || !parse_i64(equals + 1, &out->replicas) ||
		out->replicas < 0 || out->replicas > REPLICAS_MAX)
		return err_set(err, ERR_INPUT,
			"invalid scale specifier \"%s\": it is SERVICE=N", text);
	name = arena_strndup(arena, text, (size_t)(equals - text));
	named.items = &name;
	if (!services_resolve(arena, project, &named, &found, err))
		return false;
	out->service = found.items[0];
	return true;
}

bool wish_scales(struct arena *arena, const struct project *project,
	const struct strings *texts, struct wish *out, struct err *err)
{
	out->scales = ARENA_NEW_N(arena, texts->n + 1, struct scale);
	out->nscales = texts->n;
	for (size_t i = 0; i < texts->n; i++)
		if (!read_scale(arena, project, texts->items[i], &out->scales[i], err))
			return false;
	return true;
}

bool wish_pull_policy(const char *policy, struct wish *out, struct err *err)
{
	static const char *const policies[] = {
		"always", "build", "if_not_present", "missing", "never"};

	if (!policy)
		return true;
	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++)
		if (!strcmp(policy, policies[i])) {
			out->pull = strcmp(policy, "if_not_present") ? policies[i]
								     : "missing";
			return true;
		}
	return err_set(err, ERR_INPUT,
		"invalid --pull option \"%s\"\nIt is one of always, missing, never, "
		"build.",
		policy);
}

bool wish_timeout(struct opt_i64 timeout_s, struct wish *out, struct err *err)
{
	if (timeout_s.set && (timeout_s.value < -1 || timeout_s.value > INT_MAX))
		return err_set(err, ERR_INPUT, "-t, --timeout is a number of seconds");
	if (timeout_s.set)
		out->timeout_s = (int)timeout_s.value;
	return true;
}

bool wish_orphans(
	const struct app *app, struct opt_bool remove, struct wish *out, struct err *err)
{
	out->ignore_orphans = app_getenv_bool(app, "COMPOSE_IGNORE_ORPHANS", false);
	out->remove_orphans = opt_bool_or(
		remove, app_getenv_bool(app, "COMPOSE_REMOVE_ORPHANS", false));
	return exclude(out->ignore_orphans, "COMPOSE_IGNORE_ORPHANS", out->remove_orphans,
		"--remove-orphans", err);
}
