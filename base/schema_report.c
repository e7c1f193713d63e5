/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that are there but without effect. */
#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/schema_value.h"

/* A walk for keys whose rows have one of some flags. */
struct report {
	struct walk walk;
	unsigned flags;
};

static void report_section(const struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node);

static const char *words_for(const struct field *field)
{
	return field->flags & FIELD_UNUSED ? "kept, but davit does not act on it yet"
					   : "has no effect outside a swarm";
}

static void report_items(const struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		report_section(
			report, &(struct trail){trail, NULL, i}, section, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		report_section(report, &(struct trail){trail, node->pairs[i].key, 0},
			section, node->pairs[i].value);
}

static void report_pair(const struct report *report, const struct trail *here,
	const struct field *field, const struct node_pair *pair)
{
	if (field->flags & report->flags)
		errs_warn(report->walk.errs, pair->key_pos, "%s: %s",
			trail_text(report->walk.arena, here), words_for(field));
	else if (field->type == TYPE_LIST || field->type == TYPE_MAP)
		report_items(report, here, field->section, pair->value);
	else if (field->section)
		report_section(report, here, field->section, pair->value);
}

static void report_section(const struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++) {
		const struct trail here = {trail, node->pairs[i].key, 0};
		const struct field *field = section_field(section, node->pairs[i].key);

		if (field)
			report_pair(report, &here, field, &node->pairs[i]);
	}
}

void schema_report(const struct section *root, const struct node *node,
	unsigned field_flags, struct errs *errs)
{
	struct arena arena = {0};
	const struct report report = {{.arena = &arena, .errs = errs}, field_flags};

	report_section(&report, NULL, root, node);
	arena_finish(&arena);
}
