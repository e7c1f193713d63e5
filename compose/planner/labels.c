/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of containers; the config hash with the ids of containers in it. */
#include "compose/planner/labels.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

static const char *joined(struct arena *arena, const struct strings *strings)
{
	auto_str text = {0};

	for (size_t i = 0; i < strings->n; i++)
		str_printf(&text, "%s%s", i ? "," : "", strings->items[i]);
	return arena_strndup(arena, str_text(&text), text.len);
}

static const char *depends_on_text(struct arena *arena, const struct service *service)
{
	auto_str text = {0};

	for (size_t i = 0; i < service->ndepends_on; i++) {
		const struct dependency *dependency = &service->depends_on[i];

		str_printf(&text, "%s%s:%s:%s", i ? "," : "", dependency->service,
			condition_name(dependency->condition),
			dependency->restart ? "true" : "false");
	}
	return arena_strndup(arena, str_text(&text), text.len);
}

/* A word that no file of a user holds, where an id is going to stand. */
static const char *placeholder(const struct draft *draft, const char *slot)
{
	const char *seed = draft->wish->random_hex ? draft->wish->random_hex : "";
	const char *text = arena_printf(draft->arena, "%s%s", seed, slot);
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(text, strlen(text), hex);
	return arena_strdup(draft->arena, hex);
}

/* One id that is not known yet, and what stands for it in the meantime. */
struct later {
	const char *slot;
	const char *placeholder;
};

struct refs {
	struct hash_refs refs;
	struct later *laters;
	size_t nlaters;
};

static const char *ref_id(
	const struct draft *draft, struct refs *refs, const char *service)
{
	const struct replica *first = draft_first(draft, service);
	struct later later;

	if (!first)
		return "";
	if (first->id[0] != '$')
		return first->id;
	later = (struct later){first->id, placeholder(draft, first->id)};
	ARENA_PUSH(draft->arena, refs->laters, refs->nlaters, later);
	return later.placeholder;
}

static const char *ref_mode(
	const struct draft *draft, struct refs *refs, const char *mode)
{
	const char *service = service_of_mode(mode);

	return service
		? arena_printf(draft->arena, "container:%s", ref_id(draft, refs, service))
		: NULL;
}

static void ref_volumes(
	const struct draft *draft, struct refs *refs, const struct strings *from)
{
	const char **items = ARENA_NEW_N(draft->arena, from->n, const char *);

	for (size_t i = 0; i < from->n; i++) {
		const char *text = from->items[i];

		if (text_starts(text, "container:")) {
			text += strlen("container:");
			items[i] = arena_strndup(draft->arena, text, strcspn(text, ":"));
			continue;
		}
		items[i] = ref_id(draft, refs,
			arena_strndup(draft->arena, text, strcspn(text, ":")));
	}
	if (from->n)
		refs->refs.volumes_from = items;
}

static struct refs find_refs(const struct draft *draft, const struct service *service)
{
	struct refs refs = {0};

	refs.refs.network_mode = ref_mode(draft, &refs, service->network_mode);
	refs.refs.ipc = ref_mode(draft, &refs, service->ipc);
	refs.refs.pid = ref_mode(draft, &refs, service->pid);
	ref_volumes(draft, &refs, &service->volumes_from);
	return refs;
}

/* The digested text with its dollars doubled and slots in it. */
static const char *late_hash(
	const struct draft *draft, const struct service *service, const struct refs *refs)
{
	auto_str text = {0};
	auto_str out = {0};

	service_hash_text(&text, service, HASH_2_40, &refs->refs);
	str_add(&out, "$sha256:");
	for (const char *p = str_text(&text); *p;) {
		const struct later *found = NULL;

		for (size_t i = 0; i < refs->nlaters && !found; i++)
			if (text_starts(p, refs->laters[i].placeholder))
				found = &refs->laters[i];
		if (found) {
			str_add(&out, found->slot);
			p += strlen(found->placeholder);
			continue;
		}
		if (*p == '$')
			str_add_c(&out, '$');
		str_add_c(&out, *p++);
	}
	return arena_strndup(draft->arena, str_text(&out), out.len);
}

const char *hash_label(const struct draft *draft, const struct service *service)
{
	struct refs refs = find_refs(draft, service);
	char hex[DIGEST_HEX_BYTES];

	if (refs.nlaters)
		return late_hash(draft, service, &refs);
	service_hash(service, HASH_2_40, &refs.refs, hex);
	return arena_strdup(draft->arena, hex);
}

bool hash_matches(const struct draft *draft, const struct service *service,
	const struct observed_container *container)
{
	struct refs refs = find_refs(draft, service);
	char hex[DIGEST_HEX_BYTES];
	int64_t major =
		container->tool_version ? strtol(container->tool_version, NULL, 10) : 0;

	if (refs.nlaters)
		return false;
	service_hash(service, major >= 5 ? HASH_5 : HASH_2_40, &refs.refs, hex);
	return text_eq(container->config_hash, hex);
}

struct node *project_labels(struct arena *arena, const struct project *project)
{
	struct node *labels = node_map(arena);

	node_set_text(arena, labels, LABEL("project"), project->name);
	node_set_text(arena, labels, LABEL("version"), LABEL_VERSION);
	node_set_text(arena, labels, LABEL("project.working_dir"), project->working_dir);
	node_set_text(arena, labels, LABEL("project.config_files"),
		joined(arena, &project->config_files));
	if (project->env_files.n)
		node_set_text(arena, labels, LABEL("project.environment_file"),
			joined(arena, &project->env_files));
	return labels;
}

static void add_project_labels(struct body_parts *parts, struct node *labels)
{
	const struct node *shared = parts->draft->project_labels;

	for (size_t i = 0; i < shared->npairs; i++)
		node_set(parts->draft->arena, labels, shared->pairs[i].key,
			shared->pairs[i].value);
	node_set_text(parts->draft->arena, labels, LABEL("service"),
		parts->spec->service->name);
}

/* The service's own labels first: ours win. */
void body_add_labels(struct body_parts *parts)
{
	const struct container_spec *spec = parts->spec;
	struct arena *arena = parts->draft->arena;
	struct node *labels = pairs_node(arena, &spec->service->labels);
	const char *hash = hash_label(parts->draft, spec->service);

	add_project_labels(parts, labels);
	node_set_text(arena, labels, LABEL("oneoff"), spec->run ? "True" : "False");
	node_set(arena, labels, LABEL("config-hash"), slot_node(arena, hash));
	if (spec->number)
		node_set_text(arena, labels, LABEL("container-number"),
			arena_printf(arena, "%" PRId64, spec->number));
	node_set_text(arena, labels, LABEL("depends_on"),
		depends_on_text(arena, spec->service));
	if (spec->image_digest)
		node_set(arena, labels, LABEL("image"),
			slot_node(arena, spec->image_digest));
	if (spec->old)
		node_set_text(arena, labels, LABEL("replace"), spec->name);
	if (spec->slug)
		node_set_text(arena, labels, LABEL("slug"), spec->slug);
	node_set_text(arena, labels, "davit.state",
		contents_state(parts->draft, spec->service, spec->name, spec->old));
	node_set(arena, parts->config, "Labels", labels);
}
