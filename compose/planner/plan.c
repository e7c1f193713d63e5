/* SPDX-License-Identifier: Apache-2.0 */
/* Plans as values: words, slots and their filling, what makes a plan well-formed. */
#include "compose/planner/plan.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"

#define ACTION_DIGITS_MAX 9

static const struct {
	const char *verb;
	const char *noun;
	bool waits;
} words[] = {
	[ACTION_NETWORK_CREATE] = {"create", "network", false},
	[ACTION_NETWORK_CONNECT] = {"connect", "network", false},
	[ACTION_NETWORK_DISCONNECT] = {"disconnect", "network", false},
	[ACTION_NETWORK_REMOVE] = {"remove", "network", false},
	[ACTION_VOLUME_CREATE] = {"create", "volume", false},
	[ACTION_VOLUME_REMOVE] = {"remove", "volume", false},
	[ACTION_IMAGE_PULL] = {"pull", "image", false},
	[ACTION_IMAGE_BUILD] = {"build", "image", false},
	[ACTION_IMAGE_PUSH] = {"push", "image", false},
	[ACTION_IMAGE_REMOVE] = {"remove", "image", false},
	[ACTION_CONTAINER_CREATE] = {"create", "container", false},
	[ACTION_CONTAINER_PUT] = {"put", "container", false},
	[ACTION_CONTAINER_START] = {"start", "container", false},
	[ACTION_CONTAINER_STOP] = {"stop", "container", false},
	[ACTION_CONTAINER_RESTART] = {"restart", "container", false},
	[ACTION_CONTAINER_EXEC] = {"exec", "container", false},
	[ACTION_CONTAINER_KILL] = {"kill", "container", false},
	[ACTION_CONTAINER_PAUSE] = {"pause", "container", false},
	[ACTION_CONTAINER_UNPAUSE] = {"unpause", "container", false},
	[ACTION_CONTAINER_RENAME] = {"rename", "container", false},
	[ACTION_CONTAINER_REMOVE] = {"remove", "container", false},
	[ACTION_NETDNS_START] = {"start", "netdns", false},
	[ACTION_NETDNS_PROBE] = {"probe", "network", false},
	[ACTION_NETDNS_DRAIN] = {"drain", "container", false},
	[ACTION_NETDNS_REMOVE] = {"remove", "netdns", false},
	[ACTION_FILE_WRITE] = {"write", "file", false},
	[ACTION_WAIT] = {"wait", "container", true},
};

static const char *const value_words[] = {
	[SLOT_ID] = "id",
	[SLOT_DIGEST] = "digest",
	[SLOT_GATEWAY] = "gateway",
};

#define NVALUES (sizeof(value_words) / sizeof(value_words[0]))

static const char sha256_mark[] = "$sha256:";

const char *action_verb(enum action_kind kind)
{
	return words[kind].verb;
}

const char *action_noun(enum action_kind kind)
{
	return words[kind].noun;
}

bool plan_changes(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nactions; i++)
		if (!words[plan->actions[i].kind].waits)
			return true;
	return false;
}

bool wait_is_on_container(enum wait_for wait)
{
	return wait != WAIT_ANSWERS && wait != WAIT_DRAINED;
}

bool plan_asks_netdns(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *action = &plan->actions[i];

		if (action->kind == ACTION_NETDNS_START ||
			action->kind == ACTION_NETDNS_PROBE ||
			action->kind == ACTION_NETDNS_DRAIN ||
			action->kind == ACTION_FILE_WRITE ||
			(action->kind == ACTION_WAIT &&
				!wait_is_on_container(action->wait)))
			return true;
	}
	return false;
}

/* The length of the slot at the start of text; 0: there is none. */
static size_t slot_at(const char *text, unsigned *out_action, enum slot_value *out_value)
{
	unsigned action = 0;
	size_t n = 1;

	if (text[0] != '$' || text[1] < '1' || text[1] > '9')
		return 0;
	for (; n <= ACTION_DIGITS_MAX && isdigit((unsigned char)text[n]); n++)
		action = action * 10 + (unsigned)(text[n] - '0');
	if (text[n] != '.')
		return 0;
	for (size_t i = 0; i < NVALUES; i++)
		if (text_starts(text + n + 1, value_words[i])) {
			*out_action = action;
			*out_value = (enum slot_value)i;
			return n + 1 + strlen(value_words[i]);
		}
	return 0;
}

bool slot_parse(const char *text, unsigned *out_action, enum slot_value *out_value)
{
	size_t len = text ? slot_at(text, out_action, out_value) : 0;

	return len > 0 && text[len] == '\0';
}

const char *slot_text(struct arena *arena, unsigned action, enum slot_value value)
{
	return arena_printf(arena, "$%u.%s", action, value_words[value]);
}

static void fill(struct str *out, const char *text, slot_lookup *lookup, void *ctx)
{
	while (*text) {
		unsigned action = 0;
		enum slot_value value = SLOT_ID;
		size_t len = slot_at(text, &action, &value);
		const char *found = len ? lookup(ctx, action, value) : NULL;

		if (found) {
			str_add(out, found);
			text += len;
		} else if (text[0] == '$' && text[1] == '$') {
			str_add_c(out, '$');
			text += 2;
		} else {
			str_add_c(out, *text++);
		}
	}
}

const char *slots_fill(
	struct arena *arena, const char *text, slot_lookup *lookup, void *ctx)
{
	char hex[DIGEST_HEX_BYTES];
	auto_str out = {0};

	if (!text_starts(text, sha256_mark)) {
		fill(&out, text, lookup, ctx);
		return arena_strndup(arena, str_text(&out), out.len);
	}
	fill(&out, text + strlen(sha256_mark), lookup, ctx);
	digest_sha256_hex(str_text(&out), out.len, hex);
	return arena_strdup(arena, hex);
}

static bool has_slots(const struct node *node)
{
	if (node->marks & NODE_SLOT)
		return true;
	if (node->kind == NODE_LIST)
		for (size_t i = 0; i < node->nitems; i++)
			if (has_slots(node->items[i]))
				return true;
	if (node->kind == NODE_MAP)
		for (size_t i = 0; i < node->npairs; i++)
			if (has_slots(node->pairs[i].value))
				return true;
	return false;
}

static struct node *fill_map(
	struct arena *arena, const struct node *node, slot_lookup *lookup, void *ctx)
{
	struct node *map = node_map(arena);

	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		bool slot = node->marks & NODE_SLOT && pair->key[0] == '$';

		node_set(arena, map,
			slot ? slots_fill(arena, pair->key, lookup, ctx) : pair->key,
			slots_fill_node(arena, pair->value, lookup, ctx));
	}
	return map;
}

struct node *slots_fill_node(
	struct arena *arena, const struct node *node, slot_lookup *lookup, void *ctx)
{
	struct node *out;

	if (!has_slots(node))
		return node_copy_shallow(arena, node);
	switch (node->kind) {
	case NODE_MAP:
		return fill_map(arena, node, lookup, ctx);
	case NODE_LIST:
		out = node_list(arena);
		for (size_t i = 0; i < node->nitems; i++) {
			const struct node *item = node->items[i];
			struct node *filled = slots_fill_node(arena, item, lookup, ctx);

			if (!(item->marks & NODE_SLOT) || !filled->text || *filled->text)
				node_push(arena, out, filled);
		}
		return out;
	case NODE_NULL:
	case NODE_BOOL:
	case NODE_INT:
	case NODE_FLOAT:
	case NODE_STR:
		break;
	}
	return node_text(arena, slots_fill(arena, node->text, lookup, ctx));
}

/* What plan_check carries along: which actions the one at hand may ask. */
struct check {
	const struct plan *plan;
	unsigned at;
	unsigned bad; /* the first action that was asked for and is not needed */
};

static bool needs_reach(const struct plan *plan, unsigned from, unsigned to)
{
	const struct action *action = &plan->actions[from - 1];

	for (size_t i = 0; i < action->nneeds; i++)
		if (action->needs[i] == to ||
			(action->needs[i] > to &&
				needs_reach(plan, action->needs[i], to)))
			return true;
	return false;
}

static const char *check_slot(void *ctx, unsigned action, enum slot_value value)
{
	struct check *check = ctx;

	(void)value;
	if (action == 0 || action >= check->at ||
		!needs_reach(check->plan, check->at, action))
		check->bad = action;
	return NULL;
}

static bool check_numbers(const unsigned *numbers, size_t n, unsigned at, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (numbers[i] == 0 || numbers[i] >= at)
			return err_set(err, ERR_INPUT, "action %u needs action %u", at,
				numbers[i]);
	return true;
}

static bool check_guards(const struct guard *guard, unsigned at, struct err *err)
{
	for (const struct guard *any = guard; any; any = any->either)
		for (const struct guard *all = any; all; all = all->also)
			if (all->kind != GUARD_NONE &&
				(all->action == 0 || all->action >= at))
				return err_set(err, ERR_INPUT,
					"action %u is guarded by action %u", at,
					all->action);
	return true;
}

static bool check_undo(const struct undo *undo, size_t nactions, struct err *err)
{
	for (size_t i = 0; undo && i < undo->nactions; i++) {
		const struct action *action = &undo->actions[i];

		if (action->nneeds || action->nafter)
			return err_set(
				err, ERR_INPUT, "an action of an undo list has needs");
		if (!check_guards(&action->guard, (unsigned)nactions + 1, err))
			return false;
	}
	return true;
}

static bool check_action(const struct plan *plan, unsigned at, struct err *err)
{
	const struct action *action = &plan->actions[at - 1];
	struct check check = {.plan = plan, .at = at};
	struct arena scratch = {0};

	if (!action->label || !action->reason)
		return err_set(err, ERR_INPUT, "action %u has no label or no reason", at);
	if (!check_numbers(action->needs, action->nneeds, at, err) ||
		!check_numbers(action->after, action->nafter, at, err) ||
		!check_guards(&action->guard, at, err) ||
		!check_undo(action->undo, plan->nactions, err))
		return false;
	if (action->target && action->target[0] == '$')
		slots_fill(&scratch, action->target, check_slot, &check);
	if (action->body && has_slots(action->body))
		slots_fill_node(&scratch, action->body, check_slot, &check);
	arena_finish(&scratch);
	if (check.bad)
		return err_set(err, ERR_INPUT,
			"action %u asks action %u, which it does not need", at,
			check.bad);
	return true;
}

bool plan_check(const struct plan *plan, struct err *err)
{
	for (unsigned at = 1; at <= plan->nactions; at++)
		if (!check_action(plan, at, err))
			return false;
	return true;
}
