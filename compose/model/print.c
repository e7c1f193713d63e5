/* SPDX-License-Identifier: Apache-2.0 */
/* The project as a tree in order of output, and that as text. */
#include "compose/model/print.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/project.h"

/* The output, service by service, so that never more than one is there as a tree. */
struct printing {
	struct str *str;
	const struct project *project;
	enum print_format format;
	unsigned flags; /* enum encode_flag */
};

/* JSON has its top level in order of the alphabet, without models, and there alone x-* keys. */
static struct node *json_order(
	struct arena *arena, struct node *root, const struct project *project)
{
	const struct node *x = project->x.node;

	node_remove(arena, root, "models");
	if (!*project->name) /* which YAML leaves out */
		node_set_text(arena, root, "name", "");
	for (size_t i = 0; x && i < x->npairs; i++)
		node_set(arena, root, x->pairs[i].key,
			node_sorted(arena, x->pairs[i].value, ENCODE_JSON));
	/* Only this level: below it, keys stand in order of the rows. */
	for (size_t i = 1; i < root->npairs; i++) {
		struct node_pair pair = root->pairs[i];
		size_t j = i;

		for (; j > 0 && strcmp(root->pairs[j - 1].key, pair.key) > 0; j--)
			root->pairs[j] = root->pairs[j - 1];
		root->pairs[j] = pair;
	}
	return root;
}

/* The top level, with a list of services that is empty still. */
static struct node *encode_top(struct arena *arena, const struct printing *p)
{
	struct project top = *p->project;

	top.nservices = 0;
	struct node *root = schema_encode(arena, &project_section, &top, p->flags);
	return p->format == PRINT_JSON ? json_order(arena, root, p->project) : root;
}

/* Every line moved in, but empty ones; and every $ twice, so that the text can be loaded again. */
static void add_lines(struct str *str, const char *text, size_t indent)
{
	bool at_start = false;

	for (; *text; text++) {
		if (at_start && *text != '\n')
			str_add_repeat(str, ' ', indent);
		at_start = *text == '\n';
		str_add_c(str, *text);
		if (*text == '$')
			str_add_c(str, '$');
	}
}

static void add_value(const struct printing *p, const struct node *value, size_t indent)
{
	auto_str text = {0};

	json_print(&text, value, JSON_INDENT | JSON_HTML);
	add_lines(p->str, str_text(&text), indent);
}

static void add_key(const struct printing *p, const char *key, size_t indent)
{
	auto_str text = {0};

	json_print_text(&text, key, JSON_HTML);
	str_add_repeat(p->str, ' ', indent);
	add_lines(p->str, str_text(&text), 0);
	str_add(p->str, ": ");
}

/* A mapping of one key, as YAML, moved in. */
static void add_pair(
	const struct printing *p, const struct node_pair *pair, size_t indent)
{
	struct node map = {.kind = NODE_MAP, .npairs = 1};
	struct node_pair copy = *pair;
	auto_str text = {0};

	map.pairs = &copy;
	yaml_print(&text, &map);
	str_add_repeat(p->str, ' ', indent);
	add_lines(p->str, str_text(&text), indent);
}

static int compare_yaml(const void *a, const void *b)
{
	return key_compare((*(const struct service *const *)a)->name,
		(*(const struct service *const *)b)->name);
}

/* The services in order of output: theirs is that of bytes already. */
static const struct service **services_in_order(
	struct arena *arena, const struct printing *p)
{
	size_t n = p->project->nservices;
	const struct service **order = ARENA_NEW_N(arena, n, const struct service *);

	for (size_t i = 0; i < n; i++)
		order[i] = &p->project->services[i];
	if (p->format == PRINT_YAML)
		qsort(order, n, sizeof(*order), compare_yaml);
	return order;
}

static void add_service(
	const struct printing *p, const struct service *service, bool last)
{
	struct arena arena = {0};
	struct node *node = schema_encode(&arena, &service_section, service, p->flags);

	if (p->format == PRINT_YAML) {
		add_pair(p, &(struct node_pair){.key = service->name, .value = node}, 2);
	} else {
		add_key(p, service->name, 4);
		add_value(p, node, 4);
		str_add(p->str, last ? "\n" : ",\n");
	}
	arena_finish(&arena);
}

static void add_services(struct arena *arena, const struct printing *p)
{
	const struct service **order = services_in_order(arena, p);
	bool json = p->format == PRINT_JSON;

	str_add(p->str, json ? "  \"services\": {\n" : "services:\n");
	for (size_t i = 0; i < p->project->nservices; i++)
		add_service(p, order[i], i + 1 == p->project->nservices);
	if (json)
		str_add(p->str, "  }");
}

static void add_top_pair(const struct printing *p, const struct node_pair *pair)
{
	if (p->format == PRINT_YAML) {
		add_pair(p, pair, 0);
		return;
	}
	add_key(p, pair->key, 2);
	add_value(p, pair->value, 2);
}

void project_print(
	struct str *str, const struct project *project, enum print_format format)
{
	struct arena arena = {0};
	bool json = format == PRINT_JSON;
	const struct printing printing = {str, project, format,
		(project->env_unresolved ? (unsigned)ENCODE_UNMERGED : 0) |
			(json ? (unsigned)ENCODE_JSON : 0)};
	const struct node *root = encode_top(&arena, &printing);

	if (json)
		str_add(str, "{\n");
	for (size_t i = 0; i < root->npairs; i++) {
		if (project->nservices && text_eq(root->pairs[i].key, "services"))
			add_services(&arena, &printing);
		else
			add_top_pair(&printing, &root->pairs[i]);
		if (json)
			str_add(str, i + 1 < root->npairs ? ",\n" : "\n}");
	}
	arena_finish(&arena);
}
