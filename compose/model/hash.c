/* SPDX-License-Identifier: Apache-2.0 */
/* Config hashes: SHA-256 of compact JSON, bit for bit as docker compose makes it (compose.md 4.3). */
#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/print.h"
#include "compose/model/project.h"

static struct service with_refs(
	struct arena *arena, const struct service *service, const struct hash_refs *refs)
{
	struct service copy = *service;

	if (!refs)
		return copy;
	if (refs->network_mode)
		copy.network_mode = refs->network_mode;
	if (refs->ipc)
		copy.ipc = refs->ipc;
	if (refs->pid)
		copy.pid = refs->pid;
	if (refs->volumes_from && copy.volumes_from.n) {
		copy.volumes_from.items =
			ARENA_NEW_N(arena, copy.volumes_from.n, const char *);
		for (size_t i = 0; i < copy.volumes_from.n; i++)
			copy.volumes_from.items[i] = refs->volumes_from[i];
	}
	return copy;
}

/* 5.x prints create_host_path only where it is false. */
static void to_dialect_5(
	struct arena *arena, const struct service *service, struct node *root)
{
	const struct node *volumes = node_get(root, "volumes");

	for (size_t i = 0; i < service->nvolumes; i++) {
		struct node *bind = node_get(volumes->items[i], "bind");
		struct opt_bool create = service->volumes[i].bind.create_host_path;

		if (!bind)
			continue;
		node_remove(arena, bind, "create_host_path");
		if (!opt_bool_or(create, true))
			node_set_bool(arena, bind, "create_host_path", false);
	}
}

void service_hash_text(struct str *str, const struct service *service,
	enum hash_dialect dialect, const struct hash_refs *refs)
{
	struct arena arena = {0};
	struct service copy = with_refs(&arena, service, refs);
	unsigned unmerged = dialect == HASH_2_40_UNMERGED ? (unsigned)ENCODE_UNMERGED : 0;
	struct node *root = schema_encode(
		&arena, &service_section, &copy, ENCODE_JSON | ENCODE_HASH | unmerged);

	if (dialect == HASH_5)
		to_dialect_5(&arena, service, root);
	json_print(str, root, JSON_COMPACT | JSON_HTML);
	arena_finish(&arena);
}

void service_hash(const struct service *service, enum hash_dialect dialect,
	const struct hash_refs *refs, char out_hex[DIGEST_HEX_BYTES])
{
	auto_str text = {0};

	service_hash_text(&text, service, dialect, refs);
	digest_sha256_hex(str_text(&text), text.len, out_hex);
}

static void section_hash(
	const struct section *section, const void *in, char out_hex[DIGEST_HEX_BYTES])
{
	struct arena arena = {0};
	auto_str text = {0};

	json_print(&text, schema_encode(&arena, section, in, ENCODE_JSON | ENCODE_HASH),
		JSON_COMPACT | JSON_HTML);
	digest_sha256_hex(str_text(&text), text.len, out_hex);
	arena_finish(&arena);
}

void network_hash(const struct network *network, char out_hex[DIGEST_HEX_BYTES])
{
	section_hash(&network_section, network, out_hex);
}

void volume_hash(const struct volume *volume, char out_hex[DIGEST_HEX_BYTES])
{
	struct volume copy = *volume;

	if (!copy.driver)
		copy.driver = "local";
	section_hash(&volume_section, &copy, out_hex);
}
