/* SPDX-License-Identifier: Apache-2.0 */
/* What davit cannot build is said while nothing has been done yet. */
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static bool has_secrets(const struct build *build)
{
	return build->nsecrets > 0;
}

static bool has_ssh(const struct build *build)
{
	return build->ssh.n > 0;
}

static bool has_contexts(const struct build *build)
{
	return build->additional_contexts.n > 0;
}

static bool has_platforms(const struct build *build)
{
	return build->platforms.n > 1;
}

static bool is_privileged(const struct build *build)
{
	return build->privileged || build->entitlements.n > 0;
}

/* The engine fetches the context itself, so there is nowhere to put the file. */
static bool is_inline_for_url(const struct build *build)
{
	return build->dockerfile_inline && build_is_remote(build);
}

/* What needs a session with the builder, or a context of ours. */
static const struct {
	const char *key;
	bool (*is_asked)(const struct build *build);
} refused[] = {
	{"secrets", has_secrets},
	{"ssh", has_ssh},
	{"additional_contexts", has_contexts},
	{"platforms", has_platforms},
	{"privileged", is_privileged},
	{"dockerfile_inline", is_inline_for_url},
};

/* The key of what is asked for; NULL: nothing that could not be done. */
static const char *asked(const struct build *build)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].is_asked(build))
			return refused[i].key;
	return NULL;
}

bool build_is_possible(const struct build *build)
{
	return !asked(build);
}

static bool refuse(const struct action *action, const char *key, struct err *err)
{
	return err_at(err, pos_of(action->build->build->node, key),
		"services.%s.build.%s: davit cannot build with this yet. This does it: "
		"docker compose build %s; then davit takes the image as it is",
		action->service, key, action->service);
}

bool builds_are_possible(const struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->nactions; i++) {
		const struct action *action = &draft->actions[i];
		const char *key = action->kind == ACTION_IMAGE_BUILD
			? asked(action->build->build)
			: NULL;

		if (key)
			return refuse(action, key, err);
	}
	return true;
}
