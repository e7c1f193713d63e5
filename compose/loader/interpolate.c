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

bool interpolate_pass(struct document *document)
{
	const struct scope *scope = document->scope;
	struct pass pass = {.document = document};

	if (scope->loading->opts->no_interpolate)
		return true;
	pass.interp = (struct interp){.arena = scope->loading->arena,
		.env = scope->env,
		.unset = warn_unset,
		.ctx = &pass};
	expand_node(&pass, document->root, NULL);
	return true;
}
