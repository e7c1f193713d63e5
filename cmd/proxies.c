/* SPDX-License-Identifier: Apache-2.0 */
/* Reads config.json's proxies as docker does. */
#include "cmd/proxies.h"

#include "base/arena.h"
#include "base/node.h"
#include "compose/model/project.h"

static const struct {
	const char *key;
	const char *upper;
	const char *lower;
} variables[] = {
	{"httpProxy", "HTTP_PROXY", "http_proxy"},
	{"httpsProxy", "HTTPS_PROXY", "https_proxy"},
	{"ftpProxy", "FTP_PROXY", "ftp_proxy"},
	{"noProxy", "NO_PROXY", "no_proxy"},
	{"allProxy", "ALL_PROXY", "all_proxy"},
};

static void add(
	struct arena *arena, struct pairs *out, const char *key, const char *value)
{
	const struct pair pair = {.key = key, .value = value};

	ARENA_PUSH(arena, out->items, out->n, pair);
}

const struct pairs *proxies_of(
	struct arena *arena, const struct node *config, const char *host)
{
	const struct node *all = node_get(config, "proxies");
	const struct node *own = node_get(all, host);
	struct pairs *found = ARENA_NEW(arena, struct pairs);

	if (!own)
		own = node_get(all, "default");
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = node_get_text(own, variables[i].key);

		if (!value || !*value)
			continue;
		add(arena, found, variables[i].upper, value);
		add(arena, found, variables[i].lower, value);
	}
	found->set = found->n > 0;
	return found->n ? found : NULL;
}
