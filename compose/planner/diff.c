/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a container has to be made anew, in Compose's words: the body that would be sent against the inspect of
 * the one that runs, along the table of body-rows.c. What cannot be told apart from an image's or the engine's
 * own setting is not mentioned, so nothing found does not mean that nothing differs.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

#define VALUE_SHOWN 60 /* bytes of a value; longer ones only changed */

struct diff {
	struct arena *arena;
	struct str *out;
	const struct draft *draft;
	const struct observed_container *old;
	size_t count;
};

/* Names and texts whose values are nobody's business. */
static bool is_secret(const char *text)
{
	static const char *const words[] = {
		"PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH", "PRIVATE"};
	char upper[128];
	size_t n = 0;

	for (; n < sizeof(upper) - 1 && text[n]; n++)
		upper[n] = (char)toupper((unsigned char)text[n]);
	upper[n] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(upper, words[i]))
			return true;
	return strstr(text, "://") && strchr(text, '@');
}

static bool is_empty(const struct node *node)
{
	if (!node)
		return true;
	switch (node->kind) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return !strcmp(node->text, "false");
	case NODE_INT:
	case NODE_FLOAT:
		return !strcmp(node->text, "0");
	case NODE_STR:
		return node->text[0] == '\0';
	case NODE_LIST:
		return node->nitems == 0;
	case NODE_MAP:
		break;
	}
	for (size_t i = 0; i < node->npairs; i++)
		if (!is_empty(node->pairs[i].value))
			return false;
	return true;
}

static bool has_item(const struct node *list, const struct node *item)
{
	for (size_t i = 0; i < list->nitems; i++)
		if (node_equal(list->items[i], item))
			return true;
	return false;
}

static bool is_same(const struct node *a, const struct node *b, unsigned flags)
{
	if (is_empty(a) && is_empty(b))
		return true;
	if (is_empty(a) || is_empty(b))
		return false;
	if (!(flags & ROW_UNORDERED) || a->kind != NODE_LIST || b->kind != NODE_LIST)
		return node_equal(a, b);
	if (a->nitems != b->nitems)
		return false;
	for (size_t i = 0; i < a->nitems; i++)
		if (!has_item(b, a->items[i]))
			return false;
	return true;
}

/* Nanoseconds as Compose writes durations: "1m30s". */
static void add_duration(struct str *out, int64_t ns)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {{"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000},
		{"ms", 1000000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns >= units[i].ns)
			str_printf(out, "%" PRId64 "%s", ns / units[i].ns, units[i].unit);
		ns %= units[i].ns;
	}
}

/* [{"HostIp": "", "HostPort": "80"}] is shown as "80". */
static void add_bindings(struct str *out, const struct node *list)
{
	for (size_t i = 0; i < list->nitems; i++) {
		const char *ip = node_get_text(list->items[i], "HostIp");
		const char *port = node_get_text(list->items[i], "HostPort");

		str_printf(out, "%s%s%s%s", i ? ", " : "", ip ? ip : "",
			ip && *ip ? ":" : "", port && *port ? port : "any");
	}
}

/* The value as it is shown; false: better not. */
static bool shown(struct str *out, const char *key, const struct node *node)
{
	if (!node ||
		(is_empty(node) &&
			(node->kind == NODE_LIST || node->kind == NODE_MAP ||
				node->kind == NODE_NULL))) {
		str_add(out, "none");
		return true;
	}
	if (text_starts(key, "healthcheck.") && node->kind == NODE_INT &&
		strcmp(key, "healthcheck.retries") != 0)
		add_duration(out, strtoll(node->text, NULL, 10));
	else if (text_starts(key, "ports.") && node->kind == NODE_LIST)
		add_bindings(out, node);
	else
		json_print(out, node, JSON_COMPACT);
	return out->len <= VALUE_SHOWN && !is_secret(str_text(out)) && !is_secret(key);
}

static void begin(struct diff *diff, const char *key)
{
	str_printf(diff->out, "%s%s", diff->count++ ? "; " : "", key);
}

static void tell(struct diff *diff, const char *key, const struct node *old,
	const struct node *new, bool loose)
{
	auto_str was = {0};
	auto_str is = {0};

	begin(diff, key);
	if (loose || !shown(&was, key, old) || !shown(&is, key, new))
		str_add(diff->out, " changed");
	else
		str_printf(diff->out, " %s → %s", str_text(&was), str_text(&is));
}

static const char *sub_key(struct diff *diff, const char *key, const char *sub)
{
	return arena_printf(diff->arena, "%s.%s", key, sub);
}

/* "K=V" items of a list as a map, so that they are compared by name. */
static struct node *by_name(struct arena *arena, const struct node *list, size_t n)
{
	struct node *map = node_map(arena);

	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems && i < n;
		i++) {
		const char *text = list->items[i]->text ? list->items[i]->text : "";
		size_t len = strcspn(text, "=");

		node_set(arena, map, arena_strndup(arena, text, len),
			node_text(arena, text[len] ? text + len + 1 : ""));
	}
	return map;
}

/*
 * The engine puts the image's variables behind those that were sent; davit.state says how many those were, so
 * that one that is gone can be told from one of the image.
 */
static void diff_environment(
	struct diff *diff, const struct node *new_list, const struct node *old_list)
{
	struct node *new = by_name(diff->arena, new_list, SIZE_MAX);
	struct node *old = by_name(diff->arena, old_list, SIZE_MAX);
	struct node *sent = by_name(
		diff->arena, old_list, (size_t)node_get_int(diff->old->davit, "env", 0));

	for (size_t i = 0; i < new->npairs; i++) {
		const struct node *was = node_get(old, new->pairs[i].key);

		if (!was || !node_equal(was, new->pairs[i].value))
			tell(diff, sub_key(diff, "environment", new->pairs[i].key), was,
				new->pairs[i].value, false);
	}
	for (size_t i = 0; i < sent->npairs; i++)
		if (!node_get(new, sent->pairs[i].key))
			tell(diff, sub_key(diff, "environment", sent->pairs[i].key),
				sent->pairs[i].value, NULL, false);
}

static bool is_own_label(const char *key)
{
	return text_starts(key, "com.docker.compose.") || text_starts(key, "davit.");
}

static void diff_labels(struct diff *diff, const struct node *new, const struct node *old)
{
	const struct observed_image *image = diff->old->image_id
		? observed_image(diff->draft->observed, diff->old->image_id)
		: NULL;

	for (size_t i = 0; i < new->npairs; i++) {
		const char *key = new->pairs[i].key;
		const struct node *was = node_get(old, key);

		if (!is_own_label(key) && (!was || !node_equal(was, new->pairs[i].value)))
			tell(diff, sub_key(diff, "labels", key), was, new->pairs[i].value,
				false);
	}
	for (size_t i = 0; old && old->kind == NODE_MAP && i < old->npairs; i++) {
		const char *key = old->pairs[i].key;

		if (!is_own_label(key) && !node_get(new, key) &&
			!(image && node_get(image->labels, key)))
			tell(diff, sub_key(diff, "labels", key), old->pairs[i].value,
				NULL, false);
	}
}

static const char *snake(struct arena *arena, const char *name)
{
	auto_str out = {0};

	for (const char *p = name; *p; p++) {
		if (isupper((unsigned char)*p) && p != name &&
			islower((unsigned char)p[-1]))
			str_add_c(&out, '_');
		str_add_c(&out, (char)tolower((unsigned char)*p));
	}
	return arena_strndup(arena, str_text(&out), out.len);
}

static void diff_each(struct diff *diff, const struct body_row *row,
	const struct node *new, const struct node *old)
{
	bool own_keys = row->kind == ROW_PAIRS || text_eq(row->key, "ports") ||
		text_eq(row->key, "tmpfs");

	for (size_t i = 0; new &&i < new->npairs; i++) {
		const char *key = new->pairs[i].key;

		if ((own_keys && !node_get(old, key)) ||
			!is_same(node_get(old, key), new->pairs[i].value, row->flags))
			tell(diff,
				sub_key(diff, row->key,
					own_keys ? key : snake(diff->arena, key)),
				node_get(old, key), new->pairs[i].value, false);
	}
	if (row->flags & ROW_IMAGE_MAY_SET || !old || old->kind != NODE_MAP)
		return;
	for (size_t i = 0; i < old->npairs; i++) {
		const char *key = old->pairs[i].key;

		if (!node_get(new, key) && !is_empty(old->pairs[i].value) &&
			!node_is_text(old->pairs[i].value, "no"))
			tell(diff,
				sub_key(diff, row->key,
					own_keys ? key : snake(diff->arena, key)),
				old->pairs[i].value, NULL, false);
	}
}

static bool has_slot(const struct node *node)
{
	return node && node->marks & NODE_SLOT;
}

static void diff_row(
	struct diff *diff, const struct body_row *row, const struct node *body)
{
	bool host = row->flags & ROW_HOST;
	const struct node *new =
		node_get(host ? node_get(body, "HostConfig") : body, row->name);
	const struct node *inspect = diff->old->inspect;
	const struct node *old =
		node_get(node_get(inspect, host ? "HostConfig" : "Config"), row->name);

	if (text_eq(row->key, "environment")) {
		diff_environment(diff, new, old);
	} else if (text_eq(row->key, "labels")) {
		diff_labels(diff, new, old);
	} else if (text_eq(row->key, "network_mode") || has_slot(new)) {
		return; /* names and ids of the same thing */
	} else if (!new && row->flags & ROW_IMAGE_MAY_SET) {
		return;
	} else if (row->flags & ROW_EACH && (!new || new->kind == NODE_MAP)) {
		diff_each(diff, row, new, old);
	} else if (!is_same(old, new, row->flags)) {
		tell(diff, row->key, old, new, row->flags & ROW_LOOSE);
	}
}

static void diff_name(struct diff *diff, const struct service *service)
{
	const char *name = service->container_name;
	const struct node was = {.kind = NODE_STR, .text = diff->old->name};
	const struct node is = {.kind = NODE_STR, .text = name};

	if (name && strcmp(name, diff->old->name) != 0)
		tell(diff, "container_name", &was, &is, false);
}

void diff_container(struct str *out, const struct draft *draft, const struct node *body,
	const struct observed_container *old)
{
	struct diff diff = {
		.arena = draft->arena, .out = out, .draft = draft, .old = old};
	const struct service_state *state =
		old->service ? draft_service(draft, old->service) : NULL;
	size_t nrows;
	const struct body_row *rows = body_rows(&nrows);

	if (state)
		diff_name(&diff, state->service);
	if (!old->inspect)
		return;
	for (size_t i = 0; i < nrows; i++)
		diff_row(&diff, &rows[i], body);
}
