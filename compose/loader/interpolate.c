/* SPDX-License-Identifier: Apache-2.0 */
/* The pass that expands variables in all values of a document, never in keys. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "compose/loader/env.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/source.h"
#include "compose/loader/where.h"

struct pass {
	struct document *document;
	struct interp interp;
	const struct node *scalar; /* being expanded */
};

static const struct source *source_of(const struct loading *loading, const char *name)
{
	for (size_t i = loading->nsources; i-- > 0;)
		if (loading->sources[i]->name == name)
			return loading->sources[i];
	return NULL;
}

/* The nth dollar of a scalar's text is the nth dollar of its source: escapes and folding
 * make none. */
static struct pos place_in(const struct pass *pass, size_t at)
{
	struct pos pos = pass->scalar->pos;
	const struct source *source = source_of(pass->document->scope->loading, pos.file);
	const char *text = pass->scalar->text, *found;
	size_t n = 1;

	if (!source)
		return pos;
	for (size_t i = 0; i < at; i++)
		n += text[i] == '$';
	found = source->text + source_offset(source, pos);
	while ((found = strchr(found, '$')) && --n > 0)
		found++;
	return found ? source_at(source, (size_t)(found - source->text)) : pos;
}

static void warn_unset(struct interp *interp, const char *name, size_t at)
{
	struct pass *pass = interp->ctx;
	struct errs *errs = pass->document->scope->loading->errs;

	errs_warn(errs, place_in(pass, at),
		"The \"%s\" variable is not set. Defaulting to a blank string.%s", name,
		!errs_is_full(errs) ? env_hint(interp->arena, interp->env, name) : "");
}

static void expand_scalar(struct pass *pass, struct node *node, const struct where *where)
{
	const char *text;

	if (node->kind != NODE_STR || !strchr(node->text, '$'))
		return;
	pass->scalar = node;
	pass->interp.guess = !errs_is_crowded(pass->document->scope->loading->errs);
	if (interp_expand(&pass->interp, node->text, &text)) {
		node->text = text;
		node->marks |= NODE_QUOTED;
		return;
	}
	errs_add(pass->document->scope->loading->errs,
		place_in(pass, pass->interp.error_at), "%s: %s",
		where_text(pass->interp.arena, where), pass->interp.error);
	node->kind = NODE_NULL; /* nobody should read the text as it is */
	node->text = "null";
	node->marks |= NODE_TOLD;
}

/* In place: the nodes are this document's own. Shared ones are met again, hence the mark.
 */
static void expand_node(struct pass *pass, struct node *node, const struct where *where)
{
	if (node->marks & NODE_EXPANDED)
		return;
	node->marks |= NODE_EXPANDED;
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			expand_node(pass, node->items[i],
				&(struct where){.up = where, .index = i});
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->npairs; i++)
			expand_node(pass, node->pairs[i].value,
				&(struct where){.up = where, .key = node->pairs[i].key});
	} else {
		expand_scalar(pass, node, where);
	}
}

/* Of what the loader itself acts on nothing is left in the output: there it stays as it is written, here it is kept. */
static void expand_own(struct pass *pass, const struct where *where, struct node *node)
{
	struct loading *loading = pass->document->scope->loading;
	const struct own_text own = {
		.path = where_text(loading->arena, where),
		.node = node_copy(loading->arena, node),
	};

	if (node->marks & NODE_EXPANDED)
		return;
	ARENA_PUSH(loading->arena, loading->own_texts.items, loading->own_texts.n, own);
	expand_node(pass, node, where);
}

static void expand_file_names(struct pass *pass, struct node *root)
{
	const struct node *services = node_get(root, "services");
	const struct where top = {.key = "services"};
	struct node *include = node_get(root, "include");

	if (include)
		expand_own(pass, &(struct where){.key = "include"}, include);
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->npairs;
		i++) {
		const struct where service = {.up = &top, .key = services->pairs[i].key};
		struct node *extends = node_get(services->pairs[i].value, "extends");

		if (extends)
			expand_own(pass,
				&(struct where){.up = &service, .key = "extends"},
				extends);
	}
}

bool interpolate_pass(struct document *document)
{
	const struct scope *scope = document->scope;
	struct pass pass = {.document = document};

	pass.interp = (struct interp){.arena = scope->loading->arena,
		.env = scope->env,
		.unset = warn_unset,
		.ctx = &pass};
	if (scope->loading->opts->no_interpolate)
		expand_file_names(&pass, document->root);
	else
		expand_node(&pass, document->root, NULL);
	return true;
}
