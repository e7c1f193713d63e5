/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that are there but without effect. */
#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/trail.h"

/* Where a key was found first, and how often after that. */
struct finding {
	const struct field *field;
	const char *path;
	struct pos pos;
	size_t more;
};

/* A walk for keys whose rows have one of some flags. */
struct report {
	struct arena *arena;
	unsigned flags;
	struct finding *findings;
	size_t n;
};

static void report_section(struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node);

static const char *words_for(const struct field *field)
{
	return field->flags & FIELD_UNUSED ? "kept, but davit does not act on it yet"
					   : "has no effect outside a swarm";
}

static void report_items(struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		report_section(
			report, &(struct trail){trail, NULL, i}, section, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		report_section(report, &(struct trail){trail, node->pairs[i].key, 0},
			section, node->pairs[i].value);
}

static void note(struct report *report, const struct trail *here,
	const struct field *field, const struct node_pair *pair)
{
	struct finding finding = {.field = field, .pos = pair->key_pos};

	for (size_t i = 0; i < report->n; i++)
		if (report->findings[i].field == field) {
			report->findings[i].more++;
			return;
		}
	finding.path = trail_text(report->arena, here);
	ARENA_PUSH(report->arena, report->findings, report->n, finding);
}

/* What says no more than its absence has no effect anywhere; the loader writes some itself. */
static bool says_nothing(const struct field *field, const struct node *value)
{
	const char *usual = field->usual ? field->usual : field->fallback;

	return usual && node_is_text(value, usual);
}

static void report_pair(struct report *report, const struct trail *here,
	const struct field *field, const struct node_pair *pair)
{
	if (field->flags & report->flags) {
		if (!says_nothing(field, pair->value))
			note(report, here, field, pair);
	} else if (field->type == TYPE_LIST || field->type == TYPE_MAP) {
		report_items(report, here, field->section, pair->value);
	} else if (field->section) {
		report_section(report, here, field->section, pair->value);
	}
}

static void report_section(struct report *report, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++) {
		const struct trail here = {trail, node->pairs[i].key, 0};
		const struct field *field = section_field(section, node->pairs[i].key);

		if (field)
			report_pair(report, &here, field, &node->pairs[i]);
	}
}

static void warn(const struct finding *finding, struct errs *errs)
{
	const char *words = words_for(finding->field);

	if (finding->more)
		errs_warn(errs, finding->pos, "%s: %s (so in %zu more place%s)",
			finding->path, words, finding->more,
			finding->more > 1 ? "s" : "");
	else
		errs_warn(errs, finding->pos, "%s: %s", finding->path, words);
}

void schema_report(const struct section *root, const struct node *node,
	unsigned field_flags, struct errs *errs)
{
	struct arena arena = {0};
	struct report report = {.arena = &arena, .flags = field_flags};

	report_section(&report, NULL, root, node);
	for (size_t i = 0; i < report.n; i++)
		warn(&report.findings[i], errs);
	arena_finish(&arena);
}
