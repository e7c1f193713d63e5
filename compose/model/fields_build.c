/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of build, and ulimits, which it shares with services. */
#include "base/arena.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

static const struct field ulimit_fields[] = {
	F_I64(struct ulimit, "soft", soft, .flags = FIELD_REQUIRED | FIELD_ALWAYS_YAML,
		.help = "What processes get", .maps_to = "HostConfig.Ulimits[].Soft"),
	F_I64(struct ulimit, "hard", hard, .flags = FIELD_REQUIRED | FIELD_ALWAYS_YAML,
		.help = "What they may raise it to",
		.maps_to = "HostConfig.Ulimits[].Hard"),
	F_END,
};

static bool ulimit_decode_scalar(
	struct arena *arena, const struct node *node, void *out, struct err *err)
{
	struct ulimit *ulimit = out;
	int64_t n;

	(void)arena;
	if (!node->text || !parse_i64(node->text, &n))
		return err_at(err, node->pos, "not a whole number: \"%s\"",
			node->text ? node->text : "");
	ulimit->single = true;
	ulimit->soft = ulimit->hard = n;
	return true;
}

static struct node *ulimit_encode(struct arena *arena, const void *in)
{
	const struct ulimit *ulimit = in;

	/* 0 alone is printed as both. */
	return ulimit->single && ulimit->soft != 0 ? node_int(arena, ulimit->soft) : NULL;
}

const struct section ulimit_section = {
	.name = "ulimit",
	.fields = ulimit_fields,
	SECTION_OF(struct ulimit),
	KEEPS_KEY(struct ulimit, name),
	NO_NODE,
	NO_SET,
	NO_POS,
	KEEPS_X(struct ulimit),
	.decode_scalar = ulimit_decode_scalar,
	.encode = ulimit_encode,
};

static const struct field build_fields[] = {
	F_TEXT(struct build, "context", context, .path = PATH_UNLESS_URL, .fallback = ".",
		.help = "Directory or URL of the sources"),
	F_TEXT(struct build, "dockerfile", dockerfile,
		.help = "Dockerfile, seen from the context"),
	F_TEXT(struct build, "dockerfile_inline", dockerfile_inline,
		.help = "The Dockerfile itself"),
	F_STRINGS(struct build, "entitlements", entitlements,
		.help = "More that the build may do. davit cannot build with it yet"),
	F_PAIRS(struct build, "args", args, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY, .flags = FIELD_NULL_VALUES,
		.help = "Arguments of the build; null takes the project's variable",
		.maps_to = "?buildargs="),
	F_TEXT(struct build, "provenance", provenance, .form = FORM_SCALAR_TEXT,
		.flags = FIELD_UNUSED, .help = "Attest where the image comes from"),
	F_TEXT(struct build, "sbom", sbom, .form = FORM_SCALAR_TEXT,
		.flags = FIELD_UNUSED, .help = "Attest what is in the image"),
	F_PAIRS(struct build, "ssh", ssh, .form = FORM_NAMES, .path = PATH_ALWAYS,
		.help = "SSH agents and keys for the build. davit cannot build with it "
			"yet"),
	F_PAIRS(struct build, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY, .help = "Labels of the image",
		.maps_to = "?labels="),
	F_STRINGS(struct build, "cache_from", cache_from,
		.help = "Images to take layers from", .maps_to = "?cachefrom="),
	F_STRINGS(struct build, "cache_to", cache_to, .flags = FIELD_UNUSED,
		.help = "Where to keep the cache"),
	F_BOOL(struct build, "no_cache", no_cache, .help = "Build every step anew",
		.maps_to = "?nocache="),
	F_STRINGS(struct build, "no_cache_filter", no_cache_filter, .flags = FIELD_UNUSED,
		.help = "Stages to build anew"),
	F_PAIRS(struct build, "additional_contexts", additional_contexts,
		.form = FORM_LIST_PAIRS, .path = PATH_UNLESS_URL,
		.help = "More contexts by name. davit cannot build with it yet"),
	F_BOOL(struct build, "pull", pull, .help = "Ask for newer base images",
		.maps_to = "?pull="),
	F_PAIRS(struct build, "extra_hosts", extra_hosts, .form = FORM_HOSTS,
		.merge = MERGE_HOSTS, .help = "Lines for /etc/hosts during the build",
		.maps_to = "?extrahosts="),
	F_TEXT(struct build, "isolation", isolation, .help = "Isolation (Windows)"),
	F_TEXT(struct build, "network", network, .help = "Network of the build's steps",
		.maps_to = "?networkmode="),
	F_TEXT(struct build, "target", target, .help = "Stage to build",
		.maps_to = "?target="),
	F_LIST(struct build, "secrets", secrets, nsecrets, &file_ref_section,
		.form = FORM_TEXT_AS, .form_key = "source",
		.help = "Secrets that steps can read. davit cannot build with it yet"),
	F_BYTES(struct build, "shm_size", shm_size_bytes,
		.help = "Size of /dev/shm during the build", .maps_to = "?shmsize="),
	F_STRINGS(struct build, "tags", tags, .unique = UNIQUE_KEY,
		.help = "More names of the image", .maps_to = "?t="),
	F_MAP(struct build, "ulimits", ulimits, nulimits, &ulimit_section,
		.form = FORM_ULIMIT, .merge = MERGE_REPLACE_ITEM,
		.help = "Limits of the build's processes", .maps_to = "?ulimits="),
	F_STRINGS(struct build, "platforms", platforms, .help = "Platforms to build for",
		.maps_to = "?platform="),
	F_BOOL(struct build, "privileged", privileged,
		.help = "With all capabilities. davit cannot build with it yet"),
	F_END,
};

const struct section build_section = {
	.name = "build",
	.fields = build_fields,
	SECTION_OF(struct build),
	NO_KEY,
	KEEPS_NODE(struct build),
	NO_SET,
	NO_POS,
	KEEPS_X(struct build),
};
