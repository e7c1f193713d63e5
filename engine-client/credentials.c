/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lookup per registry, shared by all who ask for it: out of the file at once, or by a
 * helper. All of config.json together is one gathering, that waits for a lookup of every
 * registry it knows.
 */
#include "engine-client/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/base64.h"
#include "engine-client/helper.h"

#define CONFIG_MAX_BYTES ((size_t)4 << 20)

/* Docker Hub is known by this name in config.json and to the helpers. */
static const char hub[] = "https://index.docker.io/v1/";

struct lookup;
typedef void lookup_done(void *ctx, const struct lookup *lookup);

struct waiter {
	struct waiter *next; /* lookup.waiters' list */
	lookup_done *done;
	void *ctx;
};

struct lookup {
	struct lookup *next; /* credentials.lookups' list */
	struct credentials *credentials;
	const char *server;
	const struct node *auth; /* an AuthConfig of the API; NULL: none */
	struct err err;
	struct helper *helper; /* NULL: finished */
	struct waiter *waiters;
};

struct asker {
	struct asker *next; /* credentials.askers' list */
	credentials_done *done;
	void *ctx;
};

struct credentials {
	uv_loop_t *loop;
	uv_timer_t deliver;
	struct arena arena;
	const char *file;
	const char *path;
	const struct node *config;
	struct lookup *lookups;

	/* The gathering for builds. */
	struct helper *list;
	size_t npending;
	bool gathering, gathered;
	struct node *all;
	struct asker *askers;
};

/* --- config.json --- */

static bool read_file(struct credentials *credentials, struct str *out, struct err *err)
{
	auto_file file = fopen(credentials->file, "re");
	char buffer[4096];
	size_t n;

	if (!file)
		return errno == ENOENT || errno == ENOTDIR ||
			err_sys(err, "read %s", credentials->file);
	while ((n = fread(buffer, 1, sizeof(buffer), file)))
		str_add_n(out, buffer, n);
	if (ferror(file))
		return err_sys(err, "read %s", credentials->file);
	return !out->full ||
		err_set(err, ERR_INPUT, "%s is longer than %zu bytes", credentials->file,
			CONFIG_MAX_BYTES);
}

static bool read_config(struct credentials *credentials, struct err *err)
{
	auto_str text = {.max_bytes = CONFIG_MAX_BYTES};
	struct node *config = NULL;

	if (!read_file(credentials, &text, err))
		return false;
	if (text.len &&
		!json_parse(&credentials->arena, str_text(&text), text.len, &config, err))
		return err_wrap(err, "%s", credentials->file);
	credentials->config = config;
	return true;
}

/* "https://host/v1/" and "host" are the same to docker's file store. */
static const char *host_of(struct arena *arena, const char *server)
{
	const char *scheme = strstr(server, "://");
	const char *host = scheme ? scheme + 3 : server;

	return arena_strndup(arena, host, strcspn(host, "/"));
}

static const struct node *file_entry(struct credentials *credentials, const char *server)
{
	const struct node *auths = node_get(credentials->config, "auths");
	const struct node *exact = node_get(auths, server);
	const char *host = host_of(&credentials->arena, server);

	if (exact || !auths || auths->kind != NODE_MAP)
		return exact;
	for (size_t i = 0; i < auths->npairs; i++)
		if (text_eq(host_of(&credentials->arena, auths->pairs[i].key), host))
			return auths->pairs[i].value;
	return NULL;
}

/* "auth" is base64 of user:password. */
static bool split_auth(struct arena *arena, const char *text, struct node *auth)
{
	size_t len;
	char *plain = base64_decode(arena, text, strlen(text), &len);
	char *colon = plain ? strchr(plain, ':') : NULL;

	if (!colon)
		return false;
	*colon = '\0';
	node_set_text(arena, auth, "username", plain);
	node_set_text(arena, auth, "password", colon + 1);
	return true;
}

static const struct node *auth_from_file(struct lookup *lookup)
{
	static const char *const keys[] = {
		"username", "password", "email", "identitytoken", "registrytoken"};
	struct credentials *credentials = lookup->credentials;
	struct arena *arena = &credentials->arena;
	const struct node *entry = file_entry(credentials, lookup->server);
	const char *packed = node_get_text(entry, "auth");
	struct node *auth = node_map(arena);

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		node_set_text_opt(arena, auth, keys[i], node_get_text(entry, keys[i]));
	if (packed && *packed && !split_auth(arena, packed, auth))
		err_set(&lookup->err, ERR_INPUT,
			"%s: auths.%s.auth: not base64 of user:password",
			credentials->file, lookup->server);
	if (!auth->npairs)
		return NULL;
	node_set_text(arena, auth, "serveraddress", lookup->server);
	return auth;
}

static const char *helper_for(const struct credentials *credentials, const char *server)
{
	const char *own =
		node_get_text(node_get(credentials->config, "credHelpers"), server);
	const char *store = own ? own : node_get_text(credentials->config, "credsStore");

	return store && *store ? store : NULL;
}

/* --- lookups --- */

static void on_deliver(uv_timer_t *timer);

static void deliver_soon(struct credentials *credentials)
{
	uv_timer_start(&credentials->deliver, on_deliver, 0, 0);
}

/* The username that says that the secret is an identity token. */
static const char token_user[] = "<token>";

static const struct node *auth_from_helper(struct lookup *lookup, const char *output)
{
	struct arena *arena = &lookup->credentials->arena;
	struct node *answer = NULL, *auth = node_map(arena);
	const char *user, *secret;

	if (!json_parse(arena, output, strlen(output), &answer, &lookup->err)) {
		err_wrap(&lookup->err, "the credential helper for %s", lookup->server);
		return NULL;
	}
	user = node_get_text(answer, "Username");
	secret = node_get_text(answer, "Secret");
	if (text_eq(user, token_user)) {
		node_set_text_opt(arena, auth, "identitytoken", secret);
	} else {
		node_set_text_opt(arena, auth, "username", user);
		node_set_text_opt(arena, auth, "password", secret);
	}
	node_set_text(arena, auth, "serveraddress", lookup->server);
	return auth;
}

static void on_helper_got(void *ctx, bool ok, const char *output)
{
	struct lookup *lookup = ctx;

	lookup->helper = NULL;
	if (ok)
		lookup->auth = auth_from_helper(lookup, output);
	else if (!strstr(output, "credentials not found"))
		err_set(&lookup->err, ERR_INPUT,
			"the credential helper for %s failed: %.*s", lookup->server,
			(int)strcspn(output, "\r\n"), output);
	deliver_soon(lookup->credentials);
}

static void look(struct lookup *lookup)
{
	struct credentials *credentials = lookup->credentials;
	struct helper_opts opts = {
		.name = helper_for(credentials, lookup->server),
		.path = credentials->path,
		.verb = "get",
		.input = lookup->server,
		.done = on_helper_got,
		.ctx = lookup,
	};

	if (opts.name)
		lookup->helper = helper_run(credentials->loop, &opts, &lookup->err);
	else
		lookup->auth = auth_from_file(lookup);
}

static struct lookup *lookup_for(struct credentials *credentials, const char *server)
{
	struct lookup *lookup, **at;

	for (at = &credentials->lookups; *at; at = &(*at)->next)
		if (text_eq((*at)->server, server))
			return *at;
	lookup = *at = ARENA_NEW(&credentials->arena, struct lookup);
	lookup->credentials = credentials;
	lookup->server = arena_strdup(&credentials->arena, server);
	look(lookup);
	return lookup;
}

static void wait_for(
	struct credentials *credentials, const char *server, lookup_done *done, void *ctx)
{
	struct lookup *lookup = lookup_for(credentials, server);
	struct waiter **at, *waiter = xalloc(sizeof(*waiter));

	waiter->done = done;
	waiter->ctx = ctx;
	for (at = &lookup->waiters; *at; at = &(*at)->next)
		;
	*at = waiter;
	if (!lookup->helper)
		deliver_soon(credentials);
}

static void tell_waiters(struct lookup *lookup)
{
	struct waiter *waiter;

	while (!lookup->helper && (waiter = lookup->waiters)) {
		lookup->waiters = waiter->next;
		waiter->done(waiter->ctx, lookup);
		free(waiter);
	}
}

/* --- the gathering --- */

static void encode(struct str *out, const struct node *node)
{
	auto_str json = {0};

	json_print(&json, node, JSON_COMPACT);
	base64_encode(out, str_text(&json), json.len, true);
}

static void tell_askers(struct credentials *credentials)
{
	auto_str text = {0};
	struct asker *asker;

	if (!credentials->gathered || !credentials->askers)
		return;
	encode(&text, credentials->all);
	while ((asker = credentials->askers)) {
		credentials->askers = asker->next;
		asker->done(asker->ctx, credentials->all->npairs ? str_text(&text) : NULL,
			NULL);
		free(asker);
	}
}

static void on_one_found(void *ctx, const struct lookup *lookup)
{
	struct credentials *credentials = ctx;
	struct arena *arena = &credentials->arena;

	if (lookup->auth)
		node_set(arena, credentials->all, lookup->server,
			node_copy(arena, lookup->auth));
	if (!--credentials->npending) {
		credentials->gathered = true;
		deliver_soon(credentials);
	}
}

static void gather_keys(struct credentials *credentials, const struct node *map)
{
	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->npairs; i++) {
		credentials->npending++;
		wait_for(credentials, map->pairs[i].key, on_one_found, credentials);
	}
}

/* listed: what a helper for everything has, {server: user}; NULL: there is none, the file
 * counts. */
static void gather(struct credentials *credentials, const struct node *listed)
{
	credentials->npending = 1; /* this function's own */
	gather_keys(
		credentials, listed ? listed : node_get(credentials->config, "auths"));
	gather_keys(credentials, node_get(credentials->config, "credHelpers"));
	if (!--credentials->npending) {
		credentials->gathered = true;
		deliver_soon(credentials);
	}
}

static void on_listed(void *ctx, bool ok, const char *output)
{
	struct credentials *credentials = ctx;
	struct node *listed = node_map(&credentials->arena);
	struct err ignored;

	credentials->list = NULL;
	if (ok)
		json_parse(
			&credentials->arena, output, strlen(output), &listed, &ignored);
	gather(credentials, listed);
}

static void start_gathering(struct credentials *credentials)
{
	const char *store = node_get_text(credentials->config, "credsStore");
	struct err ignored;
	struct helper_opts opts = {
		.name = store,
		.path = credentials->path,
		.verb = "list",
		.input = "unused", /* what docker's own client sends */
		.done = on_listed,
		.ctx = credentials,
	};

	credentials->gathering = true;
	credentials->all = node_map(&credentials->arena);
	if (store && *store)
		credentials->list = helper_run(credentials->loop, &opts, &ignored);
	if (!credentials->list)
		gather(credentials, NULL);
}

static void on_deliver(uv_timer_t *timer)
{
	struct credentials *credentials = timer->data;

	for (struct lookup *lookup = credentials->lookups; lookup; lookup = lookup->next)
		tell_waiters(lookup);
	tell_askers(credentials);
}

/* --- public --- */

struct credentials *credentials_new(
	struct uv_loop_s *loop, const char *dir, const char *path, struct err *err)
{
	struct credentials *credentials = xalloc(sizeof(*credentials));

	credentials->file = arena_printf(&credentials->arena, "%s/config.json", dir);
	credentials->path = arena_strdup(&credentials->arena, path);
	credentials->loop = loop;
	if (!read_config(credentials, err)) {
		arena_finish(&credentials->arena);
		free(credentials);
		return NULL;
	}
	uv_timer_init(loop, &credentials->deliver);
	credentials->deliver.data = credentials;
	return credentials;
}

static void on_closed(uv_handle_t *handle)
{
	struct credentials *credentials = handle->data;

	arena_finish(&credentials->arena);
	free(credentials);
}

static void drop_lookup(struct lookup *lookup)
{
	struct waiter *waiter;

	if (lookup->helper)
		helper_cancel(lookup->helper);
	while ((waiter = lookup->waiters)) {
		lookup->waiters = waiter->next;
		free(waiter);
	}
}

void credentials_free(struct credentials *credentials)
{
	struct asker *asker;

	if (!credentials)
		return;
	for (struct lookup *lookup = credentials->lookups; lookup; lookup = lookup->next)
		drop_lookup(lookup);
	while ((asker = credentials->askers)) {
		credentials->askers = asker->next;
		free(asker);
	}
	if (credentials->list)
		helper_cancel(credentials->list);
	uv_close((uv_handle_t *)&credentials->deliver, on_closed);
}

const struct node *credentials_config(const struct credentials *credentials)
{
	return credentials->config;
}

static void on_found(void *ctx, const struct lookup *lookup)
{
	struct asker *asker = ctx;
	auto_str text = {0};

	if (lookup->auth)
		encode(&text, lookup->auth);
	asker->done(asker->ctx, lookup->auth ? str_text(&text) : NULL,
		lookup->err.kind ? &lookup->err : NULL);
}

void credentials_find(struct credentials *credentials, const char *ref,
	credentials_done *done, void *ctx)
{
	struct asker *asker = ARENA_NEW(&credentials->arena, struct asker);
	const char *registry = image_registry(&credentials->arena, ref);

	asker->done = done;
	asker->ctx = ctx;
	wait_for(credentials, text_eq(registry, "docker.io") ? hub : registry, on_found,
		asker);
}

void credentials_all(struct credentials *credentials, credentials_done *done, void *ctx)
{
	struct asker **at, *asker = xalloc(sizeof(*asker));

	asker->done = done;
	asker->ctx = ctx;
	for (at = &credentials->askers; *at; at = &(*at)->next)
		;
	*at = asker;
	if (!credentials->gathering)
		start_gathering(credentials);
	else
		deliver_soon(credentials);
}
