/* SPDX-License-Identifier: Apache-2.0 */
/* davit build: builds the images of services that have a build section. */
#include <string.h>

#include "base/arena.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

struct build_cmd {
	struct strings args;
	const char *builder, *provenance, *sbom, *progress;
	struct strings ssh;
	bool check, print;
	bool compress, force_rm, no_rm, parallel;
	struct opt_i64 memory_bytes;
	bool no_cache;
	bool pull;
	bool push;
	bool quiet;
	bool with_dependencies;
};

#define B struct build_cmd
#define UNUSED OPTION_HIDDEN | OPTION_IGNORED

static const struct option build_opts[] = {
	O_TEXTS(B, args, "build-arg", .value = "KEY=VALUE",
		.help = "Set an argument of the build; KEY alone takes the environment's "
			"value"),
	O_TEXT(B, builder, "builder", .value = "NAME", .flags = UNUSED,
		.help = "Accepted for buildx's sake"),
	O_BOOL(B, check, "check", .flags = OPTION_HIDDEN,
		.help = "Check the build's configuration"),
	O_BOOL(B, compress, "compress", .flags = UNUSED,
		.help = "Accepted for old scripts"),
	O_BOOL(B, force_rm, "force-rm", .flags = UNUSED,
		.help = "Accepted for old scripts"),
	O_BYTES(B, memory_bytes, "memory", .letter = 'm', .value = "BYTES",
		.help = "Memory limit of the build (classic builder only)"),
	O_BOOL(B, no_cache, "no-cache", .help = "Build all steps anew"),
	O_BOOL(B, no_rm, "no-rm", .flags = UNUSED, .help = "Accepted for old scripts"),
	O_BOOL(B, parallel, "parallel", .flags = UNUSED,
		.help = "Accepted for old scripts"),
	O_BOOL(B, print, "print", .flags = OPTION_HIDDEN, .help = "Print the bake file"),
	O_TEXT(B, progress, "progress", .value = "KIND", .flags = UNUSED,
		.help = "Accepted for old scripts; it is a flag before the command"),
	O_TEXT(B, provenance, "provenance", .value = "VALUE", .flags = UNUSED,
		.help = "Accepted for buildx's sake"),
	O_BOOL(B, pull, "pull", .help = "Pull newer versions of base images"),
	O_BOOL(B, push, "push", .help = "Push what was built"),
	O_BOOL(B, quiet, "quiet", .letter = 'q',
		.help = "Without the output of the builds"),
	O_TEXT(B, sbom, "sbom", .value = "VALUE", .flags = UNUSED,
		.help = "Accepted for buildx's sake"),
	O_TEXTS(B, ssh, "ssh", .value = "ID", .flags = OPTION_HIDDEN,
		.help = "Keys that the build may use"),
	O_BOOL(B, with_dependencies, "with-dependencies",
		.help = "Build what the services depend on, too"),
	OPTION_END,
};

/* "K=V", or "K" for the environment's value; one that is not set there is left out. */
static struct pairs *build_args(struct app *app, const struct strings *texts)
{
	struct pairs *pairs = ARENA_NEW(&app->arena, struct pairs);

	for (size_t i = 0; i < texts->n; i++) {
		const char *text = texts->items[i], *equals = strchr(text, '=');
		size_t len = equals ? (size_t)(equals - text) : strlen(text);
		struct pair pair = {.key = arena_strndup(&app->arena, text, len)};

		pair.value = equals ? equals + 1
				    : pairs_get(&app->project->environment, pair.key);
		if (pair.value)
			ARENA_PUSH(&app->arena, pairs->items, pairs->n, pair);
	}
	pairs->set = pairs->n > 0;
	return pairs;
}

/* What only buildx can do is refused rather than left out in silence. */
static bool check_buildx(const struct build_cmd *opts, struct err *err)
{
	if (opts->print || opts->check)
		return err_set(err, ERR_INPUT,
			"--%s needs buildx. This does it: docker compose build --%s",
			opts->print ? "print" : "check", opts->print ? "print" : "check");
	if (opts->ssh.set)
		return err_set(err, ERR_INPUT,
			"--ssh needs buildx. This does it: docker compose build --ssh %s",
			opts->ssh.items[0]);
	return true;
}

static bool build_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct build_cmd *opts = parsed;

	(void)operands;
	out->verb = VERB_BUILD;
	out->build = true;
	out->build_args = build_args(app, &opts->args);
	out->build_pull = opts->pull;
	out->no_cache = opts->no_cache;
	out->push = opts->push;
	out->quiet = opts->quiet;
	out->include_deps = opts->with_dependencies;
	out->build_memory_bytes = opt_i64_or(opts->memory_bytes, 0);
	return check_buildx(opts, err);
}

const struct command cmd_build = {
	.name = "build",
	.args = "[SERVICE...]",
	.help = "Build the services' images",
	.opts = build_opts,
	.opts_size = sizeof(struct build_cmd),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_IMAGES,
	.wish = build_wish,
};
