/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davit __oci-get: what davit asks davit-engine for when a file is in a registry. Prints the name of the directory in
 * the cache, or, with a status that says so, what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/artifact.h"
#include "cmd/commands.h"
#include "cmd/login.h"
#include "cmd/oci.h"
#include "cmd/store.h"
#include "engine-client/reference.h"
#include "engine-client/registry.h"

struct getting {
	struct app *app;
	struct registry *registry;
};

static bool get_manifest(struct getting *getting, const char *which, struct artifact *out,
	const char **out_digest, char hex[DIGEST_HEX_BYTES], struct err *err)
{
	struct arena *arena = &getting->app->arena;
	auto_str text = {.max_bytes = ARTIFACT_MANIFEST_MAX_BYTES};

	if (!registry_get(getting->registry, arena_printf(arena, "manifests/%s", which),
		    artifact_accept, &text, err))
		return false;
	digest_sha256_hex(str_text(&text), text.len, hex);
	if (strchr(which, ':') && !text_eq(strchr(which, ':') + 1, hex))
		return err_set(err, ERR_REGISTRY,
			"what the registry has for %s is something else", which);
	return artifact_read(arena, arena_strndup(arena, str_text(&text), text.len),
		text.len, out, out_digest, err);
}

static bool get_blob(
	void *ctx, const struct artifact_piece *piece, struct str *out, struct err *err)
{
	struct getting *getting = ctx;

	return registry_get(getting->registry,
		arena_printf(&getting->app->arena, "blobs/%s", piece->digest), NULL, out,
		err);
}

/* Its directory is called after what the name stands for, be it a list of manifests or one. */
static bool get(struct getting *getting, const struct reference *parts, const char *cache,
	const char **out_name, struct err *err)
{
	struct arena *arena = &getting->app->arena;
	const char *which = parts->digest ? parts->digest : parts->tag, *digest = NULL;
	const struct store_source source = {getting, get_blob};
	char hex[DIGEST_HEX_BYTES], inner[DIGEST_HEX_BYTES];
	struct artifact artifact;

	if (parts->digest && !digest_is_sha256(parts->digest))
		return err_set(err, ERR_INPUT, "only sha256 digests are known");
	if (!get_manifest(getting, which, &artifact, &digest, hex, err))
		return false;
	if (digest) {
		const char *further = NULL;

		if (!get_manifest(getting, digest, &artifact, &further, inner, err))
			return false;
		if (further)
			return err_set(err, ERR_REGISTRY,
				"the registry has a list in a list, and no project");
	}
	*out_name = arena_strdup(arena, hex);
	return store_artifact(
		arena, &artifact, &source, arena_printf(arena, "%s/%s", cache, hex), err);
}

static bool find(struct app *app, const char *ref, const char *cache,
	const char **out_name, struct err *err)
{
	struct arena *arena = &app->arena;
	struct getting getting = {.app = app};
	struct registry_opts opts = {.user_agent = "davit/" DAVIT_VERSION};
	struct reference parts;
	const char *image;
	bool ok;

	if (!reference_full(arena, ref, &image, err) ||
		!login_find(app, image, &opts.auth, err))
		return false;
	parts = reference_split(arena, image);
	opts.host = parts.registry;
	opts.repository = strchr(parts.name, '/') + 1;
	getting.registry = registry_new(&opts);
	ok = get(&getting, &parts, cache, out_name, err);
	registry_free(getting.registry);
	return ok;
}

static const struct option no_opts[] = {OPTION_END};

static int oci_get_run(struct app *app, const void *opts, const struct operands *operands)
{
	const char *name = NULL;
	struct err err = {0};

	(void)opts;
	if (find(app, operands->items[0], operands->items[1], &name, &err)) {
		app_print(app, "%s\n", name);
		return EXIT_SUCCESS;
	}
	app_print(app, "%s\n", err.text);
	return EXIT_FAILURE;
}

const struct command cmd_oci_get = {
	.name = OCI_GET_COMMAND,
	.args = "NAME DIRECTORY",
	.help = "Get a Compose project out of a registry",
	.opts = no_opts,
	.needs = COMMAND_HIDDEN,
	.min_operands = 2,
	.max_operands = 2,
	.run = oci_get_run,
};
