/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles that are asked for, and those that nobody has. */
#include "compose/loader/profiles.h"

#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/str.h"
#include "compose/loader/load.h"

static struct strings split_commas(struct arena *arena, const char *text)
{
	struct strings names = {.set = true};

	while (*text) {
		size_t blanks = strspn(text, " \t"), len = strcspn(text + blanks, ","),
		       end = len;

		text += blanks;
		while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t'))
			end--;
		if (end)
			ARENA_PUSH(arena, names.items, names.n,
				arena_strndup(arena, text, end));
		text += len + (text[len] == ',');
	}
	return names;
}

void profiles_wanted(struct arena *arena, const struct load_opts *opts,
	const struct project *project, struct wanted_profiles *out)
{
	const struct pairs *environment = &project->environment;

	*out = (struct wanted_profiles){.names = opts->profiles};
	for (unsigned i = 0; opts->profiles.n == 0 && i < environment->n; i++) {
		const struct pair *pair = &environment->items[i];

		if (!text_eq(pair->key, "COMPOSE_PROFILES") || !pair->value)
			continue;
		out->names = split_commas(arena, pair->value);
		out->by_variable = true;
		out->pos = pair->pos;
	}
}

/* Offers all profiles of some services; true when the name is one of them. */
static bool offer_profiles(
	struct nearest *nearest, const struct service *services, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (unsigned j = 0; j < services[i].profiles.n; j++) {
			nearest_offer(nearest, services[i].profiles.items[j]);
			if (text_eq(nearest->word, services[i].profiles.items[j]))
				return true;
		}
	return false;
}

static void warn_of(const struct project *project, const struct wanted_profiles *wanted,
	const char *name, struct errs *errs)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	if (text_eq(name, "*") ||
		offer_profiles(&nearest, project->services, project->nservices) ||
		offer_profiles(&nearest, project->disabled, project->ndisabled))
		return;
	if (nearest.best)
		errs_warn(errs, wanted->pos,
			"no service has the profile \"%s\": did you mean \"%s\"?", name,
			nearest.best);
	else if (!wanted->by_variable || wanted->pos.file)
		errs_warn(errs, wanted->pos, "no service has the profile \"%s\"", name);
}

void profiles_warn(const struct project *project, const struct wanted_profiles *wanted,
	struct errs *errs)
{
	for (unsigned i = 0; i < wanted->names.n; i++)
		warn_of(project, wanted, wanted->names.items[i], errs);
}
