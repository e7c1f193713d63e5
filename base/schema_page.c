/* SPDX-License-Identifier: Apache-2.0 */
/* Sections in the order of the file, each once, where it is met first. */
#include "base/schema_page.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/schema.h"
#include "base/schema_walk.h"
#include "base/str.h"

static const char *const type_words[] = {
	[TYPE_TEXT] = "text",
	[TYPE_BOOL] = "true or false",
	[TYPE_OPT_BOOL] = "true or false",
	[TYPE_INT] = "whole number",
	[TYPE_I64] = "whole number",
	[TYPE_FLOAT] = "number",
	[TYPE_FLOAT32] = "number",
	[TYPE_BYTES] = "size",
	[TYPE_DURATION] = "duration",
	[TYPE_MODE] = "octal mode",
	[TYPE_WORD] = "text",
	[TYPE_STRINGS] = "list of text",
	[TYPE_COMMAND] = "list of words, or one text of shell words",
	[TYPE_PAIRS] = "mapping",
	[TYPE_ANY] = "anything",
};

static const char *const form_words[] = {
	[FORM_ONE] = NULL,
	[FORM_TEXT_AS] = NULL, /* names its key */
	[FORM_TEXT_LIST] = "or one text",
	[FORM_LIST_NULLS] = "or a list of names",
	[FORM_LIST_PAIRS] = "or a list of `key=value`",
	[FORM_LIST_OR_PAIRS] = "or a list of `key=value`",
	[FORM_HOSTS] = "or a list of `host=address`",
	[FORM_DEPENDS] = "or a list of names",
	[FORM_ENV_FILE] = "or one path, or a list of paths",
	[FORM_SCALAR_TEXT] = "or true or false",
	[FORM_PORT] = "or `ip:published:target/protocol`",
	[FORM_MOUNT] = "or `source:target:options`",
	[FORM_DEVICE] = "or `source:target:permissions`",
	[FORM_GPUS] = "or `all`",
	[FORM_EXTERNAL] = NULL,
	[FORM_SHELL_TEST] = "or one text for the shell",
	[FORM_NAMES] = "or a list of `name` and `name=value`",
	[FORM_ULIMIT] = "or one number for both",
};

struct page {
	struct arena *arena;
	struct str *str;
	struct section_entries entries;
};

/* The heading's anchor, as renderers of Markdown make it. */
static void add_anchor(struct str *str, const char *name)
{
	for (; *name; name++)
		if (*name != '.')
			str_add_c(str, *name);
}

static void add_link(const struct page *page, const struct section *section)
{
	const char *name = section_entry_of(&page->entries, section)->name;

	str_printf(page->str, "[%s](#", name);
	add_anchor(page->str, name);
	str_add_c(page->str, ')');
}

static void add_type(const struct page *page, const struct field *field)
{
	struct str *str = page->str;

	if (field->section) {
		str_add(str,
			field->type == TYPE_LIST          ? "list of "
				: field->type == TYPE_MAP ? "mapping of names to "
							  : "");
		add_link(page, field->section);
	} else {
		str_add(str, type_words[field->type]);
	}
	for (const char *const *word = field->words; word && *word; word++)
		str_printf(str, "%s`%s`", word == field->words ? ": " : ", ", *word);
	if (field->form == FORM_TEXT_AS)
		str_printf(str, "; or its `%s` alone", field->form_key);
	else if (form_words[field->form])
		str_printf(str, "; %s", form_words[field->form]);
	if (field->flags & FIELD_ALL)
		str_add(str, ", or `all`");
	if (field->max == INT64_MAX)
		str_printf(str, ", at least %lld", (long long)field->min);
	else if (field->min || field->max)
		str_printf(str, ", %lld to %lld", (long long)field->min,
			(long long)field->max);
}

/* What an override file's value does to the base's. */
static const char *merge_words(const struct field *field)
{
	switch (field->merge) {
	case MERGE_REPLACE:
		return " An override replaces it whole.";
	case MERGE_REPLACE_ITEM:
		return " An override replaces entries whole.";
	case MERGE_DRIVER:
		return " An override with another driver replaces it whole.";
	case MERGE_SUBNET:
		return " Overrides merge by subnet.";
	case MERGE_DEFAULT:
	case MERGE_PAIRS:
	case MERGE_TEXT_LIST:
	case MERGE_HOSTS:
		return "";
	}
	return "";
}

static void add_notes(struct str *str, const struct field *field)
{
	str_printf(str, "%s.%s", field->help, merge_words(field));
	if (field->flags & FIELD_REQUIRED)
		str_add(str, " Required.");
	if (field->path != PATH_NONE)
		str_add(str, " Paths are relative to the project's directory.");
	if (field->flags & FIELD_SWARM)
		str_add(str, " Has an effect only in a swarm: davit keeps it.");
	if (field->flags & FIELD_UNUSED)
		str_add(str, " davit keeps it, but does not act on it yet.");
	if (field->flags & FIELD_DEPRECATED)
		str_printf(str, " Deprecated%s%s.", field->instead ? ": write " : "",
			field->instead ? field->instead : "");
}

static void add_row(const struct page *page, const struct field *field)
{
	struct str *str = page->str;

	str_printf(str, "| `%s` | ", field->name);
	add_type(page, field);
	str_printf(str, " | %s%s%s | ", field->fallback ? "`" : "",
		field->fallback ? field->fallback : "", field->fallback ? "`" : "");
	add_notes(str, field);
	str_printf(str, " | %s%s%s |\n", field->maps_to ? "`" : "",
		field->maps_to ? field->maps_to : "", field->maps_to ? "`" : "");
}

static void add_section(const struct page *page, const struct section_entry *entry)
{
	struct str *str = page->str;

	str_printf(str, "\n## %s\n\n", *entry->path ? entry->name : "the file");
	if (*entry->path)
		str_printf(str, "`%s`\n\n", entry->path);
	str_add(str,
		"| key | value | default | what it is | Engine API |\n"
		"|---|---|---|---|---|\n");
	for (const struct field *field = entry->section->fields; field->type != TYPE_END;
		field++)
		add_row(page, field);
	if (section_has_extension(entry->section, "x-"))
		str_add(str,
			"\nKeys that begin with `x-` are kept and have no "
			"meaning.\n");
}

void schema_page(struct str *str, const struct section *root)
{
	struct arena arena = {0};
	struct page page = {.arena = &arena, .str = str};

	schema_walk(&arena, root, &page.entries);
	str_add(str,
		"# Compose files\n\n"
		"Every key that davit knows. This page is made out of the tables "
		"that read the files: `davit __compose-file`.\nEditors get the "
		"same from `davit config --schema`. Where davit differs from "
		"docker compose is in differences.md.\n\nSizes are numbers of "
		"bytes or have a unit (`512m`, `1.5g`); durations have one "
		"(`1m30s`). Any value may hold variables\n(`${NAME:-default}`).\n");
	for (size_t i = 0; i < page.entries.n; i++)
		add_section(&page, &page.entries.items[i]);
	arena_finish(&arena);
}
