/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the services that operands mean, and says what was meant when there are none. */
#include "cmd/services.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/nearest.h"
#include "base/texts.h"
#include "compose/loader/load.h"
#include "compose/model/project.h"

#define LISTED_MAX 12 /* names in a message */

static const char *nearest_service(const struct project *project, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < project->nservices; i++)
		nearest_offer(&nearest, project->services[i].name);
	return nearest.best;
}

static bool no_such_service(struct arena *arena, const struct project *project,
	const char *name, struct err *err)
{
	const char *near = nearest_service(project, name);
	const char *list = "";

	if (near)
		return err_set(err, ERR_INPUT, "no such service: %s\nDid you mean %s?",
			name, near);
	for (size_t i = 0; i < project->nservices && i < LISTED_MAX; i++)
		list = arena_printf(
			arena, "%s%s%s", list, i ? ", " : "", project->services[i].name);
	if (project->nservices > LISTED_MAX)
		list = arena_printf(arena, "%s, ...", list);
	if (!*list)
		return err_set(err, ERR_INPUT, "no such service: %s", name);
	return err_set(err, ERR_INPUT, "no such service: %s\nThere are: %s", name, list);
}

bool services_resolve(struct arena *arena, const struct project *project,
	const struct strings *named, struct strings *out, struct err *err)
{
	*out = (struct strings){0};
	for (size_t i = 0; i < named->n; i++) {
		bool found = false;

		for (size_t j = 0; j < project->nservices; j++) {
			const char *name = project->services[j].name;

			if (!service_matches(named->items[i], name))
				continue;
			found = true;
			if (!strings_has(out, name))
				ARENA_PUSH(arena, out->items, out->n, name);
		}
		if (!found)
			return no_such_service(arena, project, named->items[i], err);
	}
	out->set = out->n > 0;
	return true;
}
