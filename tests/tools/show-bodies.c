/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tools/show-bodies.h"

#include <stdio.h>

#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/plan.h"

void show_bodies(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *action = &plan->actions[i];
		auto_str text = {0};

		if (!action->body)
			continue;
		json_print(&text, action->body, JSON_INDENT);
		printf("%s%s%s %s\n", action->label, action->platform ? " for " : "",
			action->platform ? action->platform : "", str_text(&text));
	}
}

static bool is_sent(const struct plan *plan, const struct body_row *row)
{
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct node *body = plan->actions[i].body;

		if (plan->actions[i].kind == ACTION_CONTAINER_CREATE &&
			node_get(row->flags & ROW_HOST ? node_get(body, "HostConfig")
						       : body,
				row->name))
			return true;
	}
	return false;
}

void show_unsent(const struct plan *plan)
{
	size_t nrows;
	const struct body_row *rows = body_rows(&nrows);

	for (size_t i = 0; i < nrows; i++)
		if (!is_sent(plan, &rows[i]))
			printf("%s %s\n", rows[i].key, rows[i].name);
}
