/* SPDX-License-Identifier: Apache-2.0 */
/* The project printed back as `config` does it (reference compose.md 7.1), and its hashes (4.3). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

struct arena;
struct node;
struct project;
struct network;
struct service;
struct str;
struct volume;

/* The canonical tree in output order; YAML order differs from JSON order (7.1). */
enum print_format {
	PRINT_YAML,
	PRINT_JSON,
};
void project_print(
	struct str *str, const struct project *project, enum print_format format);

/* Any tree as YAML in docker compose's style: 2 spaces, no folding, quotes where they are needed. */
void yaml_print(struct str *str, const struct node *node);

/* Dialects of the config hash: the version of docker compose that wrote the label. */
enum hash_dialect {
	HASH_2_40, /* 2.40.3, and what davit writes */
	HASH_2_40_UNMERGED, /* what `config --hash` of 2.40.3 prints, though its labels are HASH_2_40: env_file and
			     * label_file as written, for a project loaded with no_env_resolution */
	HASH_5, /* 5.x: bind.create_host_path true is left out */
};

/*
 * References that live containers stand behind at the time of creation: network_mode, ipc, pid and
 * volumes_from with their service:x already replaced (4.3). NULL: as written, which is `config --hash`.
 */
struct hash_refs {
	const char *network_mode;
	const char *ipc;
	const char *pid;
	const char *const *volumes_from; /* as many as the service has */
};

void service_hash(const struct service *service, enum hash_dialect dialect,
	const struct hash_refs *refs, char out_hex[DIGEST_HEX_BYTES]);
void network_hash(const struct network *network, char out_hex[DIGEST_HEX_BYTES]);
void volume_hash(const struct volume *volume, char out_hex[DIGEST_HEX_BYTES]);

/* The text that service_hash digests, to see why two differ. */
void service_hash_text(struct str *str, const struct service *service,
	enum hash_dialect dialect, const struct hash_refs *refs);
