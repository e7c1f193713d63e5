/* SPDX-License-Identifier: Apache-2.0 */
/* Plans for people, a line an action, and for programs (doc/plan.md has the schema). */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"

#define LABEL_WIDTH_MAX \
	48 /* columns; longer names push their own reason to the right \
			    */
#define NEEDS_WIDTH_MAX 16

static const char *const wait_words[] = {
	[WAIT_HEALTHY] = "healthy",
	[WAIT_COMPLETED] = "completed",
	[WAIT_READY] = "ready",
	[WAIT_EXITED] = "exited",
	[WAIT_ANSWERS] = "answers",
	[WAIT_DRAINED] = "drained",
};

/* The widths of the columns. */
struct widths {
	size_t number;
	size_t needs;
	size_t verb;
	size_t noun;
	size_t label;
};

static const char *noun_of(const struct action *action)
{
	return action->kind == ACTION_WAIT ? wait_words[action->wait]
					   : action_noun(action->kind);
}

static const char *kind_of(const struct action *action)
{
	return action->kind == ACTION_WAIT && action->wait == WAIT_ANSWERS
		? action_noun(ACTION_NETWORK_CREATE)
		: action_noun(action->kind);
}

/* "app-web-1 as 012_app-web-1": what a rename is about does not show in the label alone.
 */
static void add_label(struct str *str, const struct action *action)
{
	str_add(str, action->label);
	if (action->kind == ACTION_CONTAINER_RENAME)
		str_printf(str, " to %s", action->name);
}

/* "[3,~1]": 3 must have succeeded, 1 only ended. */
static void add_needs(struct str *str, const struct action *action)
{
	size_t n = 0;

	str_add_c(str, '[');
	for (size_t i = 0; i < action->nneeds; i++)
		str_printf(str, "%s%u", n++ ? "," : "", action->needs[i]);
	for (size_t i = 0; i < action->nafter; i++)
		str_printf(str, "%s~%u", n++ ? "," : "", action->after[i]);
	str_add_c(str, ']');
}

static void widen(size_t *width, size_t len, size_t max)
{
	if (len > *width && len <= max)
		*width = len;
}

static struct widths measure(const struct plan *plan)
{
	struct widths widths = {.number = 2};
	auto_str text = {0};

	str_printf(&text, "%zu", plan->nactions);
	widen(&widths.number, text.len, SIZE_MAX);
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *action = &plan->actions[i];

		str_clear(&text);
		add_needs(&text, action);
		widen(&widths.needs, text.len, NEEDS_WIDTH_MAX);
		str_clear(&text);
		add_label(&text, action);
		widen(&widths.label, text.len, LABEL_WIDTH_MAX);
		widen(&widths.verb, strlen(action_verb(action->kind)), SIZE_MAX);
		widen(&widths.noun, strlen(noun_of(action)), SIZE_MAX);
	}
	return widths;
}

/* Fills up to where the next column begins, counted from where this one began. */
static void pad(struct str *str, size_t from, size_t width)
{
	size_t len = str->len - from;

	str_add_repeat(str, ' ', len < width ? width - len : 0);
}

static void print_action(struct str *str, const struct action *action, unsigned number,
	const struct widths *widths)
{
	size_t at;

	str_printf(str, "%*u ", (int)widths->number, number);
	at = str->len;
	add_needs(str, action);
	pad(str, at, widths->needs);
	str_printf(str, " %-*s %-*s ", (int)widths->verb, action_verb(action->kind),
		(int)widths->noun, noun_of(action));
	at = str->len;
	add_label(str, action);
	pad(str, at, widths->label);
	str_printf(str, "  %s", action->reason);
	if (action->if_text)
		str_printf(str, ", %s", action->if_text);
	str_add_c(str, '\n');
}

void plan_print_text(struct str *str, const struct plan *plan)
{
	struct widths widths = measure(plan);

	for (size_t i = 0; i < plan->nactions; i++)
		print_action(str, &plan->actions[i], (unsigned)i + 1, &widths);
}

static struct node *numbers_node(struct arena *arena, const unsigned *numbers, size_t n)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < n; i++)
		node_push(arena, list, node_int(arena, numbers[i]));
	return list;
}

static struct node *action_node(
	struct arena *arena, const struct action *action, unsigned number)
{
	struct node *map = node_map(arena);

	node_set_int(arena, map, "number", number);
	node_set_text(arena, map, "action", action_verb(action->kind));
	node_set_text(arena, map, "kind", kind_of(action));
	node_set_text(arena, map, "name", action->label);
	node_set_text_opt(arena, map, "new_name",
		action->kind == ACTION_CONTAINER_RENAME ? action->name : NULL);
	node_set_text_opt(arena, map, "service", action->service);
	node_set_text_opt(arena, map, "wait_for",
		action->kind == ACTION_WAIT ? wait_words[action->wait] : NULL);
	node_set(arena, map, "needs", numbers_node(arena, action->needs, action->nneeds));
	if (action->nafter)
		node_set(arena, map, "after",
			numbers_node(arena, action->after, action->nafter));
	node_set_text(arena, map, "reason", action->reason);
	node_set_text_opt(arena, map, "if", action->if_text);
	return map;
}

static struct node *notes_node(struct arena *arena, const struct plan *plan)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < plan->nnotes; i++) {
		struct node *map = node_map(arena);

		node_set_text(arena, map, "text", plan->notes[i].text);
		node_set_bool(arena, map, "warning", plan->notes[i].warning);
		node_push(arena, list, map);
	}
	return list;
}

void plan_print_json(struct str *str, const struct plan *plan)
{
	struct arena arena = {0};
	struct node *map = node_map(&arena);
	struct node *actions = node_list(&arena);
	struct node *untouched = node_list(&arena);

	for (size_t i = 0; i < plan->nactions; i++)
		node_push(&arena, actions,
			action_node(&arena, &plan->actions[i], (unsigned)i + 1));
	for (size_t i = 0; i < plan->nuntouched; i++)
		node_push(&arena, untouched, node_text(&arena, plan->untouched[i]));
	node_set_text(&arena, map, "command", plan->command);
	node_set_text(&arena, map, "project", plan->project);
	node_set_bool(&arena, map, "changes", plan_changes(plan));
	node_set(&arena, map, "actions", actions);
	node_set(&arena, map, "untouched", untouched);
	node_set(&arena, map, "notes", notes_node(&arena, plan));
	json_print(str, map, JSON_COMPACT);
	str_add_c(str, '\n');
	arena_finish(&arena);
}
