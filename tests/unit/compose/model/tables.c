/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler cannot see about the tables of the language. */
#include "base/schema.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "tests/unit/test.h"

/* Calls visit for every section that can be reached, once each. */
static void visit_sections(struct map *seen, const struct section *section,
	void (*visit)(const struct section *section))
{
	const char *name = arena_printf(seen->arena, "%p", (const void *)section);

	if (map_has(seen, name))
		return;
	map_put(seen, name, seen);
	visit(section);
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		if (field->section)
			visit_sections(seen, field->section, visit);
}

static void for_all_sections(void (*visit)(const struct section *section))
{
	struct arena arena = {0};
	struct map seen;

	map_init(&seen, &arena);
	visit_sections(&seen, &project_section, visit);
	arena_finish(&arena);
}

static void check_unique(const struct section *section)
{
	for (const struct field *a = section->fields; a->type != TYPE_END; a++)
		for (const struct field *b = a + 1; b->type != TYPE_END; b++)
			assert_string_not_equal(a->name, b->name);
}

static void check_documented(const struct section *section)
{
	assert_non_null(section->name);
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		if (!field->help || !*field->help)
			fail_msg("%s.%s has no help", section->name, field->name);
		if (text_ends(field->help, "."))
			fail_msg(
				"%s.%s: help is no sentence", section->name, field->name);
	}
}

static void check_sizes(const struct section *section)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		if (field->offset == NO_MEMBER)
			continue;
		assert_true(field->offset < section->size);
		if (field->section && field->size != field->section->size)
			fail_msg("%s.%s and its section are of different structs",
				section->name, field->name);
	}
}

static void check_rules(const struct section *section)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		bool nests = field->type == TYPE_SECTION || field->type == TYPE_POINTER ||
			field->type == TYPE_LIST || field->type == TYPE_MAP;

		if (nests != (field->section != NULL))
			fail_msg("%s.%s: a section where there is none, or none where "
				 "there is one",
				section->name, field->name);
		if (field->type == TYPE_MAP && field->section->key_offset == NO_MEMBER)
			fail_msg("%s.%s: entries have no place for their name",
				section->name, field->name);
		if ((field->form == FORM_TEXT_AS || field->form == FORM_ENV_FILE) !=
			(field->form_key != NULL))
			fail_msg("%s.%s: form_key goes with forms of text", section->name,
				field->name);
		if (field->form_key)
			assert_non_null(section_field(field->section, field->form_key));
		if (field->type == TYPE_WORD)
			assert_non_null(field->words);
	}
}

TEST(tables_have_every_key_once)
{
	for_all_sections(check_unique);
}

TEST(tables_are_documented)
{
	for_all_sections(check_documented);
}

TEST(tables_fit_their_structs)
{
	for_all_sections(check_sizes);
}

TEST(tables_have_rules_that_go_together)
{
	for_all_sections(check_rules);
}
