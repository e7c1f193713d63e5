/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configs and secrets: what is put into a container, and the davit.state label that remembers which contents a
 * container was made with. Its digests are keyed, so that a label does not give a short secret away.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

#define STATE_SCHEMA 1
#define STATE_MAX_BYTES 900 /* of the label; beyond, all contents share one digest */
#define KEY_HEX 16
#define DIGEST_HEX 12
#define MODE_DEFAULT 0444
#define ALL_KEY "all"

/* A use of a config or secret by a service, and what it leads to. */
struct use {
	const char *kind; /* "config", "secret" */
	const char *dir;  /* where relative targets stand */
	const struct file_ref *ref;
	const struct content *content;
};

static struct use use_at(
	const struct draft *draft, const struct service *service, size_t at)
{
	struct use use = {.kind = "config", .dir = "/"};

	if (at < service->nconfigs) {
		use.ref = &service->configs[at];
		use.content = project_config(draft->project, use.ref->source);
		return use;
	}
	use.kind = "secret";
	use.dir = "/run/secrets/";
	use.ref = &service->secrets[at - service->nconfigs];
	use.content = project_secret(draft->project, use.ref->source);
	return use;
}

static size_t nuses(const struct service *service)
{
	return service->nconfigs + service->nsecrets;
}

/* False: its content is not known here. */
static bool content_text(const struct draft *draft, const struct content *content,
	const char **out_text, size_t *out_len)
{
	if (!content)
		return false;
	if (content->file)
		return draft->wish->read_file &&
			draft->wish->read_file(draft->wish->ctx, draft->arena,
				content->file, out_text, out_len);
	*out_text = content->value;
	*out_len = content->value ? strlen(content->value) : 0;
	return content->value != NULL;
}

/* NULL: unknown. */
static const char *keyed_digest(
	const struct draft *draft, const struct content *content, const char *key)
{
	const char *text = NULL;
	size_t len = 0;
	char hex[DIGEST_HEX_BYTES];
	auto_str keyed = {0};

	if (!content_text(draft, content, &text, &len))
		return NULL;
	str_add(&keyed, key);
	str_add_c(&keyed, ':');
	str_add_n(&keyed, text, len);
	digest_sha256_hex(str_text(&keyed), keyed.len, hex);
	return arena_strndup(draft->arena, hex, DIGEST_HEX);
}

static struct node *digests_node(
	const struct draft *draft, const struct service *service, const char *key)
{
	struct node *map = node_map(draft->arena);

	for (size_t i = 0; i < nuses(service); i++) {
		struct use use = use_at(draft, service, i);
		const char *digest = keyed_digest(draft, use.content, key);

		if (digest)
			node_set_text(draft->arena, map,
				arena_printf(
					draft->arena, "%s %s", use.kind, use.ref->source),
				digest);
	}
	return map;
}

static struct node *fold(struct arena *arena, const struct node *digests)
{
	struct node *map = node_map(arena);
	char hex[DIGEST_HEX_BYTES];
	auto_str text = {0};

	json_print(&text, digests, JSON_COMPACT);
	digest_sha256_hex(str_text(&text), text.len, hex);
	node_set_text(arena, map, ALL_KEY, arena_strndup(arena, hex, DIGEST_HEX));
	return map;
}

/* One key per container and run: from what the run was given, so that planning stays pure. */
static const char *new_key(const struct draft *draft, const char *name)
{
	const char *seed = draft->wish->random_hex ? draft->wish->random_hex : "";
	const char *text = arena_printf(draft->arena, "%s%s", seed, name);
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(text, strlen(text), hex);
	return arena_strndup(draft->arena, hex, KEY_HEX);
}

/* Adds the digests, all by name or, when that is too long, one for all. */
static void add_contents(const struct draft *draft, const struct service *service,
	const char *name, struct node *state)
{
	const char *key = new_key(draft, name);
	struct node *digests = digests_node(draft, service, key);
	auto_str text = {0};

	if (!digests->npairs)
		return;
	node_set_text(draft->arena, state, "key", key);
	node_set(draft->arena, state, "contents", digests);
	json_print(&text, state, JSON_COMPACT);
	if (text.len > STATE_MAX_BYTES)
		node_set(draft->arena, state, "contents", fold(draft->arena, digests));
}

const char *contents_state(const struct draft *draft, const struct service *service,
	const char *name, const struct observed_container *old)
{
	struct arena scratch = {0};
	struct node *state = node_map(&scratch);
	const char *out;
	auto_str text = {0};

	node_set_int(&scratch, state, "v", STATE_SCHEMA);
	node_set_int(&scratch, state, "env", (int64_t)service->environment.n);
	if (old)
		node_set_text(&scratch, state, "old", old->id);
	if (nuses(service))
		add_contents(draft, service, name, state);
	json_print(&text, state, JSON_COMPACT);
	out = arena_strndup(draft->arena, str_text(&text), text.len);
	arena_finish(&scratch);
	return out;
}

void contents_changes(const struct draft *draft, const struct service *service,
	const struct observed_container *old, struct strings *out)
{
	const struct node *contents = node_get(old->davit, "contents");
	const char *key = node_get_text(old->davit, "key");
	const char *all = node_get_text(contents, ALL_KEY);
	struct node *digests;

	if (!contents || !key || node_get_int(old->davit, "v", 0) != STATE_SCHEMA)
		return;
	digests = digests_node(draft, service, key);
	if (all && digests->npairs &&
		!text_eq(all, node_get_text(fold(draft->arena, digests), ALL_KEY)))
		strings_push(draft->arena, out, "content of a config or secret changed");
	for (size_t i = 0; i < digests->npairs; i++) {
		const char *was = node_get_text(contents, digests->pairs[i].key);

		if (was && !text_eq(was, digests->pairs[i].value->text))
			strings_push(draft->arena, out,
				arena_printf(draft->arena, "%s content changed",
					digests->pairs[i].key));
	}
}

static bool refuse(const struct use *use, const struct service *service, struct err *err)
{
	struct pos pos = use->ref->node ? use->ref->node->pos : (struct pos){0};

	if (!use->content)
		return err_at(err, pos, "services.%s: %s %s is not declared",
			service->name, use->kind, use->ref->source);
	if (use->content->external)
		return err_at(err, pos,
			"services.%s: %s %s is external; without a swarm only file, "
			"environment and content work",
			service->name, use->kind, use->ref->source);
	if (use->content->driver || use->content->template_driver)
		return err_at(err, pos, "services.%s: %s %s: drivers need a swarm",
			service->name, use->kind, use->ref->source);
	if (!use->content->file && !use->content->value)
		return err_at(err, pos, "services.%s: %s %s: the variable %s is not set",
			service->name, use->kind, use->ref->source,
			use->content->environment ? use->content->environment : "");
	if (!use->content->file && service->read_only)
		return err_at(err, pos,
			"services.%s: %s %s cannot be put into a container with "
			"read_only: true; use file:",
			service->name, use->kind, use->ref->source);
	return true;
}

static struct plan_file put_file(struct arena *arena, const struct use *use)
{
	const char *target = use->ref->target && *use->ref->target ? use->ref->target
								   : use->ref->source;

	return (struct plan_file){
		.path = target[0] == '/' ? target
					 : arena_printf(arena, "%s%s", use->dir, target),
		.text = use->content->value,
		.len = strlen(use->content->value),
		.mode = opt_i64_or(use->ref->mode, MODE_DEFAULT),
		.uid = use->ref->uid ? strtoll(use->ref->uid, NULL, 10) : 0,
		.gid = use->ref->gid ? strtoll(use->ref->gid, NULL, 10) : 0,
	};
}

bool contents_files(const struct draft *draft, const struct service *service,
	const struct plan_file **out_files, size_t *out_nfiles, struct err *err)
{
	struct plan_file *files = NULL;
	size_t n = 0;

	for (size_t i = 0; i < nuses(service); i++) {
		struct use use = use_at(draft, service, i);

		if (!refuse(&use, service, err))
			return false;
		if (!use.content->file)
			ARENA_PUSH(draft->arena, files, n, put_file(draft->arena, &use));
	}
	*out_files = files;
	*out_nfiles = n;
	return true;
}
