/* SPDX-License-Identifier: Apache-2.0 */
/* `run`: what the service depends on is brought up, then one container of its own is made (compose.md 5.2). */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/images.h"
#include "compose/planner/parts.h"

#define SLUG_IN_NAME 12

static void append(struct arena *arena, struct strings *to, const struct strings *more)
{
	struct strings out = {0};

	for (size_t i = 0; i < to->n; i++)
		strings_push(arena, &out, to->items[i]);
	for (size_t i = 0; i < more->n; i++)
		strings_push(arena, &out, more->items[i]);
	*to = out;
}

/* "K=V" over what is there; "K" alone is passed on without a value. */
static void set_pairs(struct arena *arena, struct pairs *to, const struct strings *items)
{
	struct pairs out = {.set = true};

	for (size_t i = 0; i < to->n; i++)
		ARENA_PUSH(arena, out.items, out.n, to->items[i]);
	for (size_t i = 0; i < items->n; i++) {
		size_t len = strcspn(items->items[i], "=");
		struct pair pair = {
			.key = arena_strndup(arena, items->items[i], len),
			.value = items->items[i][len] ? items->items[i] + len + 1 : NULL,
		};
		size_t at = 0;

		while (at < out.n && strcmp(out.items[at].key, pair.key) != 0)
			at++;
		if (at < out.n)
			out.items[at] = pair;
		else
			ARENA_PUSH(arena, out.items, out.n, pair);
	}
	*to = out;
}

/* "[[ip:]host:]container[/proto]" */
static struct port publish(struct arena *arena, const char *text)
{
	size_t len = strcspn(text, "/");
	char *copy = arena_strndup(arena, text, len);
	char *colon = strrchr(copy, ':');
	struct port port = {
		.protocol = text[len] ? text + len + 1 : "tcp", .mode = "ingress"};

	port.target = strtoll(colon ? colon + 1 : copy, NULL, 10);
	if (!colon)
		return port;
	*colon = '\0';
	colon = strrchr(copy, ':');
	port.published = colon ? colon + 1 : copy;
	if (colon) {
		*colon = '\0';
		port.host_ip = copy;
	}
	return port;
}

/* "[source:]target[:ro]" */
static struct mount bind_volume(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);
	char *target = strchr(copy, ':');
	char *options = target ? strchr(target + 1, ':') : NULL;
	struct mount mount = {.type = MOUNT_VOLUME, .target = copy};

	if (!target)
		return mount;
	*target = '\0';
	if (options)
		*options = '\0';
	mount.source = copy;
	mount.target = target + 1;
	mount.read_only = options && strstr(options + 1, "ro") == options + 1;
	if (copy[0] == '/') {
		mount.type = MOUNT_BIND;
		mount.bind.set = true;
		mount.bind.create_host_path = (struct opt_bool){true, true};
	}
	return mount;
}

static void set_ports(
	struct arena *arena, struct service *service, const struct run_wish *run)
{
	if (!run->service_ports) {
		service->ports = NULL;
		service->nports = 0;
	}
	for (size_t i = 0; i < run->publish.n; i++)
		ARENA_PUSH(arena, service->ports, service->nports,
			publish(arena, run->publish.items[i]));
}

static void add_volumes(
	struct arena *arena, struct service *service, const struct run_wish *run)
{
	struct mount *mounts = NULL;
	size_t n = 0;

	for (size_t i = 0; i < service->nvolumes; i++)
		ARENA_PUSH(arena, mounts, n, service->volumes[i]);
	for (size_t i = 0; i < run->volumes.n; i++)
		ARENA_PUSH(arena, mounts, n, bind_volume(arena, run->volumes.items[i]));
	service->volumes = mounts;
	service->nvolumes = n;
}

static void forget_restart_policy(struct arena *arena, struct service *service)
{
	struct deploy *deploy = ARENA_NEW(arena, struct deploy);

	*deploy = *service->deploy;
	deploy->restart_policy.set = false;
	service->deploy = deploy;
}

/* The service as this one container has it. */
static struct service *oneoff_service(
	struct arena *arena, const struct service *base, const struct run_wish *run)
{
	struct service *service = ARENA_NEW(arena, struct service);

	*service = *base;
	if (run->entrypoint.set) {
		service->entrypoint = run->entrypoint;
		service->command = (struct strings){.set = true};
	}
	if (run->command.n)
		service->command = run->command;
	set_pairs(arena, &service->environment, &run->environment);
	set_pairs(arena, &service->labels, &run->labels);
	append(arena, &service->cap_add, &run->cap_add);
	append(arena, &service->cap_drop, &run->cap_drop);
	set_ports(arena, service, run);
	add_volumes(arena, service, run);
	if (run->user)
		service->user = run->user;
	if (run->workdir)
		service->working_dir = run->workdir;
	service->tty = run->tty;
	service->stdin_open = run->interactive;
	service->container_name = NULL;
	service->restart = NULL;
	if (service->deploy)
		forget_restart_policy(arena, service);
	return service;
}

static bool create_oneoff(struct draft *draft, struct service_state *state,
	struct numbers *dependencies, struct err *err)
{
	const struct run_wish *run = draft->wish->run;
	const char *hex =
		draft->wish->random_hex ? draft->wish->random_hex : "000000000000";
	struct image_state *image = image_of(draft, state->service);
	struct service_state own = {
		.service = oneoff_service(draft->arena, state->service, run),
		.image = image,
	};
	struct replica replica = {
		.name = run->name ? run->name
				  : arena_printf(draft->arena, "%s-%s-run-%.*s",
					    draft->project->name, state->service->name,
					    SLUG_IN_NAME, hex),
		.fate = FATE_CREATE,
	};
	const struct container_spec spec = {
		.service = own.service,
		.name = replica.name,
		.run = run,
		.slug = hex,
		.image_digest = image->action
			? slot_text(draft->arena, image->action, SLOT_DIGEST)
			: image->digest,
	};

	if (!create_prepared(draft, &own, &replica, &spec, err))
		return false;
	if (run->detach)
		need_answers(draft, own.service, dependencies);
	if (run->detach)
		start_prepared(draft, &own, &replica, dependencies);
	return true;
}

bool plan_run(struct draft *draft, struct err *err)
{
	struct service_state *state = draft_service(draft, draft->wish->run->service);
	struct numbers dependencies = {0};

	if (!check_directory(draft, err) || !check_names(draft, err))
		return false;
	if (!state)
		return err_set(
			err, ERR_INPUT, "no such service: %s", draft->wish->run->service);
	if (!draft->wish->no_deps)
		select_needs_of(draft, state);
	if (!converge(draft, err))
		return false;
	if (!draft->wish->no_deps)
		add_dependencies(draft, state, &dependencies);
	if (!ensure_image(draft, state, err))
		return false;
	return create_oneoff(draft, state, &dependencies, err);
}
