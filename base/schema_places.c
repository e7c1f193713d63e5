/* SPDX-License-Identifier: Apache-2.0 */
/* A tree beside the one that it was read from: mappings by key, lists item by item. */
#include "base/schema_places.h"

#include "base/node.h"
#include "base/texts.h"

static void place(struct node *made, const struct node *from)
{
	static const struct pos nowhere = {0};

	made->pos = from->marks & NODE_DEFAULT ? nowhere : from->pos;
	if (from->over)
		made->over = from->over;
}

void place_tree(struct node *made, const struct node *from)
{
	place(made, from);
	if (made->kind != from->kind)
		return;
	if (made->kind == NODE_LIST && made->nitems == from->nitems)
		for (size_t i = 0; i < made->nitems; i++)
			place_tree(made->items[i], from->items[i]);
	for (size_t i = 0; made->kind == NODE_MAP && i < made->npairs; i++) {
		const struct node_pair *pair = node_pair(from, made->pairs[i].key);

		if (pair)
			place_tree(made->pairs[i].value, pair->value);
	}
}

void place_pair(struct arena *arena, struct node *made, const struct pair *pair)
{
	const struct node **over = &made->over;

	made->pos = pair->pos;
	for (pair = pair->over; pair; pair = pair->over) {
		struct node *old = node_text(arena, pair->value);

		old->pos = pair->pos;
		*over = old;
		over = &old->over;
	}
}
