/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What davit alone understands: x-davit of the project and of networks. The language leaves x-* keys to
 * everybody, so these are read by tables of their own, out of a tree that holds nothing else.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/passes.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

#define TTL_MAX_S 3600
#define LABEL_MAX 63
#define DOMAIN_MAX 200 /* so that names below it still fit into 255 */

const char *const dns_modes[] = {"off", "assist", "authoritative", "direct", NULL};

/* A container has one resolv.conf, whatever networks it is on. */
static const char *const network_modes[] = {"off", "assist", "authoritative", NULL};

#define DNS_REST                                                                    \
	F_INT(struct dns_settings, "ttl", ttl_s, .min = 0, .max = TTL_MAX_S,        \
		.help = "Seconds that an answer holds"),                            \
		F_OPT_BOOL(struct dns_settings, "strict", strict,                   \
			.help = "While nobody is ready, nobody is the answer"),     \
		F_TEXT(struct dns_settings, "domain", domain,                       \
			.help = "Where full names end, instead of davit.internal"), \
		F_END

#define DNS_SECTION(f)                                                       \
	.name = "dns", .fields = f, SECTION_OF(struct dns_settings), NO_KEY, \
	KEEPS_NODE(struct dns_settings), NO_SET, NO_POS, NO_X, .no_extensions = true

static const struct field project_dns_fields[] = {
	F_TEXT(struct dns_settings, "mode", mode, .words = dns_modes,
		.help = "Who answers names of services"),
	DNS_REST,
};

static const struct field network_dns_fields[] = {
	F_TEXT(struct dns_settings, "mode", mode, .words = network_modes,
		.help = "Who answers names of services"),
	DNS_REST,
};

static const struct section project_dns_section = {DNS_SECTION(project_dns_fields)};
static const struct section network_dns_section = {DNS_SECTION(network_dns_fields)};

/* The tree that is checked: {x-davit: {dns}, networks: {NAME: {x-davit: {dns}}}}. */
struct own {
	struct dns_settings dns;
};

static const struct field project_own_fields[] = {
	F_SECTION(struct own, "dns", dns, &project_dns_section, .form = FORM_TEXT_AS,
		.form_key = "mode", .help = "The name server"),
	F_END,
};

static const struct field network_own_fields[] = {
	F_SECTION(struct own, "dns", dns, &network_dns_section, .form = FORM_TEXT_AS,
		.form_key = "mode", .help = "The name server"),
	F_END,
};

#define OWN_SECTION(f)                                                                   \
	.name = "x-davit", .fields = f, SECTION_OF(struct own), NO_KEY, NO_NODE, NO_SET, \
	NO_POS, NO_X, .no_extensions = true

static const struct section project_own_section = {OWN_SECTION(project_own_fields)};
static const struct section network_own_section = {OWN_SECTION(network_own_fields)};

struct own_network {
	const char *key;
	struct own own;
};

static const struct field own_network_fields[] = {
	F_SECTION(struct own_network, "x-davit", own, &network_own_section,
		.help = "What davit alone understands"),
	F_END,
};

static const struct section own_network_section = {
	.name = "network",
	.fields = own_network_fields,
	SECTION_OF(struct own_network),
	KEEPS_KEY(struct own_network, key),
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

struct own_root {
	struct own own;
	struct own_network *networks;
	size_t nnetworks;
};

static const struct field own_root_fields[] = {
	F_SECTION(struct own_root, "x-davit", own, &project_own_section,
		.help = "What davit alone understands"),
	F_MAP(struct own_root, "networks", networks, nnetworks, &own_network_section,
		.help = "Networks of the services"),
	F_END,
};

static const struct section own_root_section = {
	.name = "project",
	.fields = own_root_fields,
	SECTION_OF(struct own_root),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const char own_key[] = "x-davit";

int dns_mode_of(const char *word)
{
	for (int i = 0; word && dns_modes[i]; i++)
		if (!strcmp(dns_modes[i], word))
			return i;
	return -1;
}

bool dns_domain_valid(const char *text)
{
	size_t len = 0;

	if (!text || strlen(text) > DOMAIN_MAX)
		return false;
	for (; *text; text++) {
		bool dot = *text == '.';

		if (!dot && !isalnum((unsigned char)*text) && *text != '-' &&
			*text != '_')
			return false;
		if (dot && len == 0)
			return false;
		len = dot ? 0 : len + 1;
		if (len > LABEL_MAX)
			return false;
	}
	return len > 0;
}

/* "dns: assist" as {mode: assist}. */
static struct node *long_form(struct arena *arena, struct node *own)
{
	struct node *dns = node_get(own, "dns");
	struct node *out, *map;

	if (!dns || (dns->kind != NODE_STR && dns->kind != NODE_BOOL))
		return own;
	map = node_new(arena, NODE_MAP, dns->pos);
	node_set_at(arena, map, "mode", dns->pos, dns);
	out = node_copy_shallow(arena, own);
	node_set_at(arena, out, "dns", node_pair(own, "dns")->key_pos, map);
	return out;
}

/* Puts x-davit of these extensions into a map; false: there is none. */
static bool take_own(
	struct arena *arena, const struct extensions *extensions, struct node *into)
{
	const struct node_pair *pair =
		extensions->node ? node_pair(extensions->node, own_key) : NULL;

	if (!pair || pair->value->kind == NODE_NULL)
		return false;
	node_set_at(arena, into, own_key, pair->key_pos, long_form(arena, pair->value));
	return true;
}

static struct node *own_tree(struct arena *arena, const struct project *project)
{
	struct node *root = node_map(arena);
	struct node *networks = node_map(arena);

	take_own(arena, &project->x, root);
	for (size_t i = 0; i < project->nnetworks; i++) {
		const struct network *network = &project->networks[i];
		struct node *map = node_map(arena);

		if (take_own(arena, &network->x, map))
			node_set(arena, networks, network->key, map);
	}
	if (networks->npairs)
		node_set(arena, root, "networks", networks);
	return root;
}

static void check_domain(
	const struct dns_settings *dns, const char *where, struct errs *errs)
{
	if (dns->domain && !dns_domain_valid(dns->domain))
		errs_add(errs, pos_of(dns->node, "domain"),
			"%sx-davit.dns.domain: not a domain: \"%s\"", where, dns->domain);
}

static struct network *network_of(struct project *project, const char *key)
{
	for (size_t i = 0; i < project->nnetworks; i++)
		if (text_eq(project->networks[i].key, key))
			return &project->networks[i];
	return NULL;
}

void project_read_own(struct arena *arena, struct project *project, struct errs *errs)
{
	struct node *tree = own_tree(arena, project);
	struct own_root root = {0};
	size_t before = errs->nitems;

	if (!tree->npairs)
		return;
	schema_check(&own_root_section, tree, 0, errs);
	if (errs->nitems > before)
		return;
	schema_decode(arena, &own_root_section, tree, &root, errs);
	project->dns = root.own.dns;
	check_domain(&project->dns, "", errs);
	for (size_t i = 0; i < root.nnetworks; i++) {
		struct own_network *own = &root.networks[i];
		struct network *network = network_of(project, own->key);

		network->dns = own->own.dns;
		check_domain(&network->dns,
			arena_printf(arena, "networks.%s.", network->key), errs);
	}
}
