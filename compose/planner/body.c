/* SPDX-License-Identifier: Apache-2.0 */
/* The body of POST /containers/create, put together from its parts. */
#include "compose/planner/body.h"

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"

static struct node *make(
	const struct draft *draft, const struct container_spec *spec, struct err *err)
{
	struct arena *arena = draft->arena;
	struct node *config = node_map(arena);
	struct node *host = node_map(arena);
	struct body_parts parts = {
		.draft = draft, .spec = spec, .config = config, .host = host};
	bool stdin_attached = spec->run && spec->run->interactive && !spec->run->detach;

	node_set_text(arena, config, "Image",
		service_image(arena, draft->project, spec->service));
	node_set_bool(arena, config, "AttachStdout", true);
	node_set_bool(arena, config, "AttachStderr", true);
	if (stdin_attached) {
		node_set_bool(arena, config, "AttachStdin", true);
		node_set_bool(arena, config, "StdinOnce", spec->service->stdin_open);
	}
	if (text_eq(spec->service->network_mode, "disabled"))
		node_set_bool(arena, config, "NetworkDisabled", true);
	if (spec->run && spec->run->remove)
		node_set_bool(arena, host, "AutoRemove", true);
	body_add_rows(&parts);
	body_add_labels(&parts);
	node_set(arena, config, "HostConfig", host);
	if (!body_add_host(&parts, err) || !body_add_mounts(&parts, err) ||
		!body_add_networks(&parts, err))
		return NULL;
	body_add_dns(&parts);
	return config;
}

/* Put together aside: of a thousand services it would leave as much behind as it takes. */
const struct node *body_container(
	const struct draft *draft, const struct container_spec *spec, struct err *err)
{
	struct arena scratch = {0};
	struct draft aside = *draft;
	const struct node *body = NULL;
	struct node *made;

	aside.arena = &scratch;
	made = make(&aside, spec, err);
	if (made)
		body = node_settle(draft->arena, made, &scratch, draft->words);
	arena_finish(&scratch);
	return body;
}
