/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a network has to be made anew, in Compose's words: the body that would be sent against what the engine lists.
 * What the engine chose by itself is not mentioned, so nothing found does not mean that nothing differs.
 */
#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static const struct {
	const char *key; /* in the file */
	const char *field;
	const char *unset; /* what the engine makes of it when it is not given */
} rows[] = {
	{"driver", "Driver", "bridge"},
	{"internal", "Internal", "false"},
	{"attachable", "Attachable", "false"},
	{"enable_ipv4", "EnableIPv4", "true"},
	{"enable_ipv6", "EnableIPv6", "false"},
};

static const char *scalar(const struct node *map, const char *field, const char *unset)
{
	const struct node *node = node_get(map, field);

	return node && node->text && *node->text ? node->text : unset;
}

static void add(struct str *out, const char *prefix, const char *key, const char *from,
	const char *to)
{
	if (text_eq(from, to))
		return;
	str_printf(out, "%s%s%s ", out->len ? ", " : "", prefix, key);
	if (from && to)
		str_printf(out, "\"%s\" → \"%s\"", from, to);
	else if (to)
		str_printf(out, "\"%s\" added", to);
	else
		str_printf(out, "\"%s\" removed", from);
}

/* The engine tells how it took some settings among the options. */
static bool is_engines_own(const char *option)
{
	return text_starts(option, "com.docker.network.enable_ipv");
}

static void add_options(struct str *out, const struct node *old, const struct node *new)
{
	for (size_t i = 0; new &&i < new->npairs; i++)
		add(out, "driver_opts.", new->pairs[i].key,
			scalar(old, new->pairs[i].key, NULL), new->pairs[i].value->text);
	for (size_t i = 0; old && i < old->npairs; i++)
		if (!node_get(new, old->pairs[i].key) &&
			!is_engines_own(old->pairs[i].key))
			add(out, "driver_opts.", old->pairs[i].key,
				old->pairs[i].value->text, NULL);
}

/* Only what the file says; the engine completes the rest. */
static void add_ipam(struct str *out, const struct node *old, const struct node *new)
{
	static const char *const fields[][2] = {
		{"subnet", "Subnet"},
		{"gateway", "Gateway"},
		{"ip_range", "IPRange"},
	};

	for (size_t i = 0; new &&i < new->nitems; i++)
		for (size_t j = 0; j < sizeof(fields) / sizeof(fields[0]); j++) {
			const struct node *was =
				old && i < old->nitems ? old->items[i] : NULL;
			const char *to = scalar(new->items[i], fields[j][1], NULL);

			if (to)
				add(out, "ipam.", fields[j][0],
					scalar(was, fields[j][1], NULL), to);
		}
}

const char *diff_network(struct draft *draft, const struct network_state *state)
{
	const struct node *old = state->observed->node;
	const struct node *new =
		body_network(draft->arena, draft->project, state->network);
	auto_str text = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add(&text, "", rows[i].key, scalar(old, rows[i].field, rows[i].unset),
			scalar(new, rows[i].field, rows[i].unset));
	add_options(&text, node_get(old, "Options"), node_get(new, "Options"));
	add_ipam(&text, node_path(old, "IPAM.Config"), node_path(new, "IPAM.Config"));
	return text.len ? arena_strdup(draft->arena, str_text(&text))
			: "differs from the configuration";
}
