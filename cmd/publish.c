/* SPDX-License-Identifier: Apache-2.0 */
/* davit publish: puts the project's files into a registry, from where -f oci:// takes them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/ask.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/display.h"
#include "cmd/login.h"
#include "cmd/pin.h"
#include "cmd/prepare.h"
#include "cmd/publication.h"
#include "compose/loader/load.h"
#include "compose/model/print.h"
#include "compose/planner/planner.h"
#include "engine-client/reference.h"
#include "engine-client/registry.h"

struct publish {
	bool app, resolve_image_digests, with_env, yes;
	const char *oci_version;
};

#define P struct publish

static const struct option publish_opts[] = {
	O_BOOL(P, app, "app", .flags = OPTION_HIDDEN),
	O_TEXT(P, oci_version, "oci-version", .value = "VERSION",
		.help = "Of the OCI image-spec, 1.0 or 1.1 (1.1)"),
	O_BOOL(P, resolve_image_digests, "resolve-image-digests",
		.help = "Pin the images to the digests that their registries have now"),
	O_BOOL(P, with_env, "with-env",
		.help = "Publish env files and the values of environment, too"),
	O_BOOL(P, yes, "yes", .letter = 'y', .help = "Answer all questions with yes"),
	OPTION_END,
};

/* ---- what should not be published by mistake */

static bool check_images(struct app *app, struct errs *errs)
{
	const struct project *project = app->project;

	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = &project->services[i];

		if (!service->image && service->build)
			errs_add(errs,
				service->node ? service->node->pos : (struct pos){0},
				"services.%s: only a build section: nobody else can run "
				"it; name the image, too",
				service->name);
	}
	return !errs_failed(errs);
}

static void list_service(const struct service *service, struct str *out)
{
	for (size_t i = 0; i < service->nvolumes; i++)
		if (service->volumes[i].type == MOUNT_BIND)
			str_printf(out, "  %s: mounts %s\n", service->name,
				service->volumes[i].source);
	for (size_t i = 0; i < service->environment.n; i++) {
		const struct pair *pair = &service->environment.items[i];

		if (pair->value)
			str_printf(out, "  %s: %s=%s\n", service->name, pair->key,
				pair->value);
	}
}

/* Values are shown as they are used; what is published has the variables that they are made of. */
static bool may_publish(struct app *app, const struct publish *opts, struct err *err)
{
	const struct project *project = app->project;
	bool has_values = false;
	auto_str text = {0};

	if (opts->yes)
		return true;
	for (size_t i = 0; i < project->nservices; i++) {
		list_service(&project->services[i], &text);
		has_values = has_values || project->services[i].environment.n;
	}
	if (has_values && !opts->with_env)
		return err_set(err, ERR_INPUT,
			"the files set variables of services, which may be secret\nSay "
			"--with-env if everybody may see them.");
	if (!text.len)
		return true;
	str_add(&text,
		"Everybody who may read the registry will see these declarations. "
		"Are you ok to publish them?");
	return app_ask(app, str_text(&text), false, err);
}

/* ---- the steps */

static bool push_images(struct app *app)
{
	struct wish wish;

	wish_init(app, &wish);
	wish.verb = VERB_PUSH;
	wish.ignore_failures = true;
	for (size_t i = 0; i < app->project->nservices; i++)
		if (app->project->services[i].build)
			return app_carry_out(app, &wish, NULL) == 0;
	return true;
}

static bool add_digests(struct app *app, struct publication *publication)
{
	const struct project *pinned = app->project;
	auto_str text = {0};

	if (!pin_project(app, PIN_ALONE, &pinned))
		return false;
	project_print(&text, pinned, PRINT_YAML);
	publication_add(&app->arena, publication, "image-digests.yaml", &text);
	return true;
}

static bool put_text(struct app *app, struct registry *registry, const char *text,
	size_t len, struct err *err)
{
	auto_str body = {0};

	str_add_n(&body, text, len);
	return registry_put_blob(
		registry, publication_digest(&app->arena, text, len), &body, err);
}

static bool put_all(struct app *app, struct registry *registry,
	const struct publication *publication, const struct str *manifest,
	const char *tag, struct err *err)
{
	for (size_t i = 0; i < publication->nlayers; i++)
		if (!put_text(app, registry, publication->layers[i].text,
			    publication->layers[i].len, err))
			return false;
	return put_text(app, registry, PUBLICATION_CONFIG, strlen(PUBLICATION_CONFIG),
		       err) &&
		registry_put_manifest(registry, tag, PUBLICATION_TYPE, manifest, err);
}

static void now(char *out, size_t size)
{
	time_t seconds = time(NULL);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static bool put(struct app *app, const struct publish *opts, const char *image,
	const struct publication *publication, struct err *err)
{
	const struct reference parts = reference_split(&app->arena, image);
	struct registry_opts how = {.writes = true,
		.host = parts.registry,
		.repository = strchr(parts.name, '/') + 1,
		.user_agent = "davit/" DAVIT_VERSION};
	struct registry *registry;
	char created[32];
	auto_str manifest = {0};
	bool ok;

	if (!login_find(app, image, &how.auth, err))
		return false;
	now(created, sizeof(created));
	publication_manifest(
		&app->arena, publication, opts->oci_version, created, &manifest);
	registry = registry_new(&how);
	ok = put_all(app, registry, publication, &manifest, parts.tag, err);
	registry_free(registry);
	return ok;
}

/* ---- the command */

static bool check(const struct publish *opts, const char *image, struct err *err)
{
	const char *version = opts->oci_version;

	if (opts->app)
		return err_set(err, ERR_INPUT,
			"publish --app is not there yet. This does it: docker compose "
			"publish --app ...");
	if (version && !text_eq(version, "1.0") && !text_eq(version, "1.1"))
		return err_set(err, ERR_INPUT,
			"--oci-version: \"%s\" is neither 1.0 nor 1.1", version);
	return !strchr(image, '@') ||
		err_set(err, ERR_INPUT,
			"%s: what is published gets its digest; name a tag", image);
}

static bool load_all(struct app *app)
{
	struct strings all = {0};
	struct load_opts opts;

	ARENA_PUSH(&app->arena, all.items, all.n, "*");
	app_load_opts(app, &opts);
	opts.profiles = all;
	return app_load(app, &opts);
}

static bool read_files(
	struct app *app, const struct publish *opts, struct publication *out)
{
	const struct publication_opts how = {
		.files = app->files,
		.project = app->project,
		.cwd = app->cwd,
		.home = app->home,
		.with_env = opts->with_env,
	};
	struct errs errs;

	errs_init(&errs, &app->arena);
	if (check_images(app, &errs))
		publication_read(&app->arena, &how, out, &errs);
	return app_show_errs(app, &errs) == 0;
}

static int publish_run(
	struct app *app, const void *parsed, const struct operands *operands)
{
	const struct publish *opts = parsed;
	const char *image = NULL;
	struct publication publication = {0};
	struct err err = {0};

	if (!reference_full(&app->arena, operands->items[0], &image, &err) ||
		!check(opts, image, &err))
		return app_fail(app, &err);
	if (!load_all(app) || !read_files(app, opts, &publication))
		return EXIT_FAILURE;
	if (!may_publish(app, opts, &err))
		return app_fail(app, &err);
	if (!push_images(app) ||
		(opts->resolve_image_digests && !add_digests(app, &publication)))
		return EXIT_FAILURE;
	if (!app->root.dry_run && !put(app, opts, image, &publication, &err)) {
		err_wrap(&err, "%s", image);
		return app_fail(app, &err);
	}
	display_say(app->display,
		app->root.dry_run ? " %s would be published" : " %s published",
		operands->items[0]);
	return EXIT_SUCCESS;
}

const struct command cmd_publish = {
	.name = "publish",
	.args = "REPOSITORY[:TAG]",
	.help = "Put the project's files into a registry",
	.detail = "The files go there as they are written, with those that they extend; "
		  "`davit -f oci://REPOSITORY:TAG up` and docker compose take them from "
		  "there. Images that are built are pushed first.",
	.opts = publish_opts,
	.opts_size = sizeof(struct publish),
	.needs = NEEDS_ENGINE | NEEDS_ENVIRONMENT,
	.min_operands = 1,
	.max_operands = 1,
	.group = GROUP_IMAGES,
	.run = publish_run,
};
