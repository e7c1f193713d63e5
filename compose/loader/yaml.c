/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recursive composer over libyaml's events. It counts what aliases stand for, because
 * later passes see shared nodes once for each parent.
 */
#include "compose/loader/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/scalar.h"
#include "compose/loader/explain.h"
#include "compose/loader/source.h"
#include "compose/loader/where.h"

#define TAG_PREFIX "tag:yaml.org,2002:"
#define COLONS_MAX 20 /* missing ones that are filled in for one file */

struct anchor {
	struct node *node; /* NULL while it is being read */
	size_t weight;     /* nodes it stands for */
	struct pos pos;
};

struct composer {
	struct arena *arena;
	struct errs *errs;
	const struct source *source;
	yaml_parser_t parser;
	struct map
		anchors; /* name to struct anchor; they hold for the documents that follow, too */
	struct map keys; /* each key once: they repeat a lot */
	size_t weight;   /* nodes so far, aliases counted in full */
	size_t alias_weight;
	size_t nnodes;
	unsigned depth;
	bool has_marks;
};

static bool compose_node(struct composer *c, const yaml_event_t *event,
	const struct where *where, struct node **out);

static struct pos pos_of_mark(const struct composer *c, const yaml_mark_t *mark)
{
	return source_pos(c->source, mark->line, mark->column);
}

static bool fail(
	struct composer *c, struct pos pos, const struct where *where, const char *text)
{
	const char *path = where_text(c->arena, where);

	errs_add(c->errs, pos, "%s%s%s", path, *path ? ": " : "", text);
	return false;
}

static const char *event_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static const char *event_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.tag;
	default:
		return NULL;
	}
}

static unsigned marks_of(const char *tag)
{
	if (tag && !strcmp(tag, "!reset"))
		return NODE_RESET;
	if (tag && !strcmp(tag, "!override"))
		return NODE_OVERRIDE;
	return 0;
}

static struct node *new_node(
	struct composer *c, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node = node_new(c->arena, kind, pos_of_mark(c, &event->start_mark));

	node->marks = marks_of(event_tag(event));
	c->has_marks = c->has_marks || node->marks;
	c->weight++;
	return node;
}

static bool compose_scalar(struct composer *c, const yaml_event_t *event,
	const struct where *where, struct node **out)
{
	struct node *node = *out = new_node(c, event, NODE_STR);
	const char *tag = event_tag(event);
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	bool core = tag && !strncmp(tag, TAG_PREFIX, strlen(TAG_PREFIX));

	node->text = arena_strndup(c->arena, (const char *)event->data.scalar.value,
		event->data.scalar.length);
	if (strlen(node->text) != event->data.scalar.length)
		return fail(c, node->pos, where, "a value cannot hold a NUL character");
	if (!plain)
		node->marks |= NODE_QUOTED;
	if (core && !strcmp(tag + strlen(TAG_PREFIX), "str"))
		node->marks |= NODE_QUOTED;
	else if (plain || core)
		node->kind = scalar_resolve(c->arena, node->text, &node->text);
	return true;
}

static bool next_event(struct composer *c, yaml_event_t *event)
{
	return yaml_parser_parse(&c->parser, event);
}

static bool compose_list(struct composer *c, const yaml_event_t *start,
	const struct where *where, struct node **out)
{
	struct node *list = *out = new_node(c, start, NODE_LIST);
	bool ok = true;

	if (start->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
		list->marks |= NODE_FLOW;
	while (ok) {
		struct where here = {.up = where, .index = list->nitems};
		struct node *item = NULL;
		yaml_event_t event;
		bool end;

		if (!next_event(c, &event))
			return false;
		end = event.type == YAML_SEQUENCE_END_EVENT;
		ok = !end && compose_node(c, &event, &here, &item);
		yaml_event_delete(&event);
		if (end)
			return true;
		if (ok)
			node_push(c->arena, list, item);
	}
	return false;
}

static const char *intern(struct composer *c, const char *text, size_t len)
{
	const char *key = map_get(&c->keys, text);

	if (!key) {
		char *copy = arena_strndup(c->arena, text, len);

		map_put(&c->keys, copy, copy);
		key = copy;
	}
	return key;
}

/* The text of a key, or NULL after an error. Merge keys give "<<" with *out_merge. */
static const char *compose_key(struct composer *c, const yaml_event_t *event,
	const struct where *where, bool *out_merge)
{
	struct pos pos = pos_of_mark(c, &event->start_mark);
	const char *text, *value;
	enum node_kind kind;

	*out_merge = false;
	if (event->type != YAML_SCALAR_EVENT) {
		fail(c, pos, where,
			event->type == YAML_ALIAS_EVENT
				? "a key cannot be an alias; write the key itself"
				: "a key must be text, not a list or a mapping (a value "
				  "that begins with "
				  "{ or [ needs quotes)");
		return NULL;
	}
	text = (const char *)event->data.scalar.value;
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		!event->data.scalar.tag) {
		*out_merge = !strcmp(text, "<<");
		kind = scalar_resolve(c->arena, text, &value);
		if (kind != NODE_STR) {
			fail(c, pos, where,
				arena_printf(c->arena,
					"the key %s is not text; write \"%s\"", text,
					text));
			return NULL;
		}
	}
	if (strlen(text) != event->data.scalar.length) {
		fail(c, pos, where, "a key cannot hold a NUL character");
		return NULL;
	}
	return intern(c, text, event->data.scalar.length);
}

/* Takes over the pairs that the map has not itself (https://yaml.org/type/merge.html). */
static bool merge_into(struct composer *c, struct node *map, const struct node *from,
	const struct where *where)
{
	if (from->kind == NODE_LIST) {
		for (size_t i = 0; i < from->nitems; i++) {
			if (from->items[i]->kind == NODE_LIST)
				return fail(c, from->items[i]->pos, where,
					"<< takes a mapping or a list of mappings");
			if (!merge_into(c, map, from->items[i], where))
				return false;
		}
		return true;
	}
	if (from->kind != NODE_MAP)
		return fail(c, from->pos, where,
			"<< takes a mapping, an alias to one, or a list of them");
	for (size_t i = 0; i < from->npairs; i++)
		if (!node_pair(map, from->pairs[i].key))
			node_set_at(c->arena, map, from->pairs[i].key,
				from->pairs[i].key_pos, from->pairs[i].value);
	c->alias_weight += from->npairs;
	return true;
}

static bool compose_value(
	struct composer *c, const struct where *where, struct node **out)
{
	yaml_event_t event;
	bool ok;

	if (!next_event(c, &event))
		return false;
	ok = compose_node(c, &event, where, out);
	yaml_event_delete(&event);
	return ok;
}

static void check_twice(struct composer *c, const struct node *map, const char *key,
	struct pos pos, const struct where *where)
{
	const struct node_pair *first = node_pair(map, key);

	if (first)
		fail(c, pos, where,
			arena_printf(c->arena,
				"\"%s\" is already there in line %u; only one of them "
				"can count",
				key, first->key_pos.line));
}

/* "&a key: ..." makes *a the key's text. */
static void note_key_anchor(struct composer *c, const yaml_event_t *event)
{
	const char *name = event_anchor(event);
	struct anchor *anchor;

	if (!name || event->type != YAML_SCALAR_EVENT)
		return;
	anchor = ARENA_NEW(c->arena, struct anchor);
	anchor->pos = pos_of_mark(c, &event->start_mark);
	anchor->weight = 1;
	if (compose_scalar(c, event, NULL, &anchor->node))
		map_put(&c->anchors, arena_strdup(c->arena, name), anchor);
}

/* One pair. Of a key that nobody can use, the value is read all the same, for its errors.
 */
static bool compose_pair(struct composer *c, const yaml_event_t *event, struct node *map,
	struct node *merges, const struct where *where)
{
	bool merge;
	const char *key = compose_key(c, event, where, &merge);
	struct where here = {.up = where, .key = key ? key : "?"};
	struct pos pos = pos_of_mark(c, &event->start_mark);
	struct node *value;

	if (!key && event->type != YAML_SCALAR_EVENT)
		return false; /* what follows are the key's own events */
	note_key_anchor(c, event);
	if (key && !merge)
		check_twice(c, map, key, pos, &here);
	if (!compose_value(c, &here, &value))
		return false;
	if (merge)
		node_push(c->arena, merges, value);
	else if (key && !node_pair(map, key))
		node_set_at(c->arena, map, key, pos, value);
	return true;
}

static bool compose_map(struct composer *c, const yaml_event_t *start,
	const struct where *where, struct node **out)
{
	struct node *map = *out = new_node(c, start, NODE_MAP);
	struct node merges = {.kind = NODE_LIST};
	bool ok = true;

	if (start->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
		map->marks |= NODE_FLOW;
	while (ok) {
		yaml_event_t event;
		bool end;

		if (!next_event(c, &event))
			return false;
		end = event.type == YAML_MAPPING_END_EVENT;
		ok = !end && compose_pair(c, &event, map, &merges, where);
		yaml_event_delete(&event);
		if (end) {
			for (size_t i = 0; i < merges.nitems; i++)
				merge_into(c, map, merges.items[i], where);
			return true;
		}
	}
	return false;
}

static bool compose_alias(struct composer *c, const yaml_event_t *event,
	const struct where *where, struct node **out)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct pos pos = pos_of_mark(c, &event->start_mark);
	const struct anchor *anchor = map_get(&c->anchors, name);

	if (!anchor)
		return fail(c, pos, where,
			arena_printf(c->arena,
				"no anchor &%s comes before *%s (anchors hold within one "
				"document; text that begins with * needs quotes)",
				name, name));
	if (!anchor->node)
		return fail(c, pos, where,
			arena_printf(c->arena,
				"*%s stands inside the anchor &%s of line %u itself",
				name, name, anchor->pos.line));
	c->weight += anchor->weight;
	c->alias_weight += anchor->weight;
	if (c->alias_weight > YAML_ALIAS_NODES_MAX)
		return fail(c, pos, where,
			arena_printf(c->arena,
				"the aliases up to here stand for more than %d values; "
				"that is not a Compose file but a bomb",
				YAML_ALIAS_NODES_MAX));
	*out = anchor->node;
	return true;
}

static bool compose_collection(struct composer *c, const yaml_event_t *event,
	const struct where *where, struct node **out)
{
	bool ok;

	if (c->depth >= YAML_DEPTH_MAX)
		return fail(c, pos_of_mark(c, &event->start_mark), NULL,
			arena_printf(c->arena, "nested deeper than %d levels",
				YAML_DEPTH_MAX));
	c->depth++;
	ok = event->type == YAML_MAPPING_START_EVENT ? compose_map(c, event, where, out)
						     : compose_list(c, event, where, out);
	c->depth--;
	return ok;
}

static bool compose_node(struct composer *c, const yaml_event_t *event,
	const struct where *where, struct node **out)
{
	const char *name = event_anchor(event);
	struct anchor *anchor = NULL;
	size_t before = c->weight;
	bool ok = true;

	if (++c->nnodes > YAML_NODES_MAX)
		return fail(c, pos_of_mark(c, &event->start_mark), NULL,
			arena_printf(c->arena,
				"more than %d values, which no Compose file has",
				YAML_NODES_MAX));
	if (event->type == YAML_ALIAS_EVENT)
		return compose_alias(c, event, where, out);
	if (name) {
		anchor = ARENA_NEW(c->arena, struct anchor);
		anchor->pos = pos_of_mark(c, &event->start_mark);
		map_put(&c->anchors, arena_strdup(c->arena, name), anchor);
	}
	if (event->type == YAML_SCALAR_EVENT)
		ok = compose_scalar(c, event, where, out);
	else
		ok = compose_collection(c, event, where, out);
	if (ok && anchor) {
		anchor->node = *out;
		anchor->weight = c->weight - before;
	}
	return ok;
}

/* False at the end of the stream and after errors. */
static bool compose_document(struct composer *c, struct yaml_docs *docs)
{
	yaml_event_t event;
	struct node *root = NULL;
	bool more, ok = true;

	if (!next_event(c, &event))
		return false;
	more = event.type != YAML_STREAM_END_EVENT;
	if (event.type == YAML_DOCUMENT_START_EVENT) {
		ok = compose_value(c, NULL, &root);
		if (ok && root && root->kind == NODE_MAP)
			ARENA_PUSH(c->arena, docs->roots, docs->n, root);
		else if (ok && root && root->kind != NODE_NULL)
			ok = fail(c, root->pos, NULL,
				arena_printf(c->arena,
					"this is %s; a Compose file is a mapping with "
					"the key "
					"services:",
					node_kind_words(root)));
	}
	yaml_event_delete(&event);
	docs->is_cut = docs->is_cut || !ok;
	return more && ok;
}

static void complain(struct composer *c, struct complaint *complaint)
{
	yaml_parser_t *parser = &c->parser;
	bool reading = parser->error == YAML_READER_ERROR;

	*complaint = (struct complaint){
		.problem = parser->problem ? parser->problem : "it cannot be read",
		.context = parser->context,
		.at = reading ? source_at(c->source, parser->problem_offset)
			      : pos_of_mark(c, &parser->problem_mark),
		.context_at = pos_of_mark(c, &parser->context_mark),
	};
}

/* One attempt. True unless libyaml gave up; complaint is then filled. */
static bool read_once(
	struct composer *c, struct yaml_docs *docs, struct complaint *complaint)
{
	bool ok;

	*docs = (struct yaml_docs){0};
	if (!yaml_parser_initialize(&c->parser)) {
		*complaint = (struct complaint){.problem = "out of memory"};
		return false;
	}
	yaml_parser_set_encoding(&c->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&c->parser, (const unsigned char *)c->source->text, c->source->len);
	while (compose_document(c, docs))
		;
	ok = c->parser.error == YAML_NO_ERROR;
	if (!ok)
		complain(c, complaint);
	yaml_parser_delete(&c->parser);
	docs->has_marks = c->has_marks;
	docs->nnodes = c->nnodes;
	return ok;
}

static const struct source *with_colon(
	struct arena *arena, const struct source *source, size_t at)
{
	struct source *patched = ARENA_NEW(arena, struct source);
	char *text = arena_alloc(arena, source->len + 2);

	memcpy(text, source->text, at);
	text[at] = ':';
	memcpy(text + at + 1, source->text + at, source->len - at);
	*patched = *source;
	patched->text = text;
	patched->len = source->len + 1;
	patched->lines = ARENA_NEW_N(arena, source->nlines, unsigned);
	for (size_t i = 0; i < source->nlines; i++)
		patched->lines[i] = source->lines[i] + (source->lines[i] > at);
	return patched;
}

bool yaml_read(struct arena *arena, const struct source *source, struct yaml_docs *out,
	struct errs *errs)
{
	for (int tries = 0; tries <= COLONS_MAX; tries++) {
		struct composer c = {.arena = arena, .source = source, .errs = errs};
		struct complaint complaint;
		size_t colon;

		map_init(&c.keys, arena);
		map_init(&c.anchors, arena);
		if (read_once(&c, out, &complaint))
			return out->n > 0;
		if (!explain(arena, source, &complaint, &colon, errs))
			return false;
		source = with_colon(arena, source, colon);
	}
	return false;
}
