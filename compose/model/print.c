/* SPDX-License-Identifier: Apache-2.0 */
/* The project as a tree in order of output, and that as text. */
#include "compose/model/print.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/project.h"

/* JSON has its top level in order of the alphabet, without models, and there alone x-* keys. */
static struct node *json_order(struct arena *arena, struct node *root, const struct project *project)
{
	struct node *order = node_map(arena);
	const struct node *x = project->x.node;

	node_remove(arena, root, "models");
	for (size_t i = 0; i < root->npairs; i++)
		node_set(arena, order, root->pairs[i].key, root->pairs[i].value);
	for (size_t i = 0; x && i < x->npairs; i++)
		node_set(arena, order, x->pairs[i].key, node_sorted(arena, x->pairs[i].value, ENCODE_JSON));
	/* Only this level: below it, keys stand in order of the rows. */
	for (size_t i = 1; i < order->npairs; i++) {
		struct node_pair pair = order->pairs[i];
		size_t j = i;

		for (; j > 0 && strcmp(order->pairs[j - 1].key, pair.key) > 0; j--)
			order->pairs[j] = order->pairs[j - 1];
		order->pairs[j] = pair;
	}
	return order;
}

/* Every $ twice, so that the text can be loaded again. */
static void add_doubled(struct str *str, const char *text)
{
	for (const char *dollar; (dollar = strchr(text, '$')); text = dollar + 1) {
		str_add_n(str, text, (size_t)(dollar - text));
		str_add(str, "$$");
	}
	str_add(str, text);
}

void project_print(struct str *str, const struct project *project, enum print_format format)
{
	struct arena arena = {0};
	auto_str text = {0};
	unsigned flags = (project->env_unresolved ? (unsigned)ENCODE_UNMERGED : 0) |
		(format == PRINT_JSON ? (unsigned)ENCODE_JSON : 0);
	struct node *root = schema_encode(&arena, &project_section, project, flags);

	if (format == PRINT_JSON)
		json_print(&text, json_order(&arena, root, project), JSON_INDENT | JSON_HTML);
	else
		yaml_print(&text, root);
	add_doubled(str, str_text(&text));
	arena_finish(&arena);
}
