/* SPDX-License-Identifier: Apache-2.0 */
/* davit images: which images the project's containers were made from. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/cells.h"
#include "cmd/command.h"
#include "cmd/table.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

#define SHORT_ID 12

struct images {
	const char *format;
	bool quiet;
};

static const struct option images_opts[] = {
	O_TEXT(struct images, format, "format", .value = "FORMAT", .preset = "table",
		.help = "table or json"),
	O_BOOL(struct images, quiet, "quiet", .letter = 'q', .help = "Only ids"),
	OPTION_END,
};

/* One container's image. */
struct used {
	const char *container;
	const char *repository;
	const char *tag;
	const char *platform;
	const char *id; /* without "sha256:" */
	const char *created;
	int64_t created_s;
	int64_t size_bytes;
};

static const char *without_algorithm(const char *id)
{
	return text_starts(id, "sha256:") ? id + strlen("sha256:") : id;
}

/* "repo:tag"; a colon before a slash belongs to the registry's port. */
static void split_reference(struct arena *arena, const char *ref, struct used *out)
{
	const char *digest = strchr(ref, '@');
	const char *colon = strrchr(ref, ':');

	out->repository = ref;
	out->tag = "latest";
	if (digest) {
		out->repository = arena_strndup(arena, ref, (size_t)(digest - ref));
		out->tag = "<none>";
	} else if (colon && !strchr(colon, '/')) {
		out->repository = arena_strndup(arena, ref, (size_t)(colon - ref));
		out->tag = colon + 1;
	}
}

/* The name that the container was made with; where that was an id, the image's first tag. */
static void name_image(struct arena *arena, const struct observed_container *container,
	const struct node *image, struct used *out)
{
	const struct node *tags = node_get(image, "RepoTags");
	const char *ref = container->image;

	if (text_starts(ref, "sha256:") ||
		text_starts(without_algorithm(container->image_id), ref))
		ref = tags && tags->kind == NODE_LIST && tags->nitems
			? tags->items[0]->text
			: NULL;
	if (ref)
		split_reference(arena, ref, out);
	else
		out->repository = out->tag = "<none>";
}

static const char *platform_of(struct arena *arena, const struct node *image)
{
	const char *variant = node_get_text(image, "Variant");
	bool has_variant = variant && *variant;

	return arena_printf(arena, "%s/%s%s%s", node_get_text(image, "Os"),
		node_get_text(image, "Architecture"), has_variant ? "/" : "",
		has_variant ? variant : "");
}

static bool inspect(struct app *app, const struct observed_container *container,
	int64_t created_s, struct used *out)
{
	struct await image = {.arena = &app->arena};
	struct err err;

	*out = (struct used){.container = container->name,
		.id = without_algorithm(container->image_id),
		.platform = "<none>",
		.created_s = created_s};
	engine_image_inspect(
		app->engine, container->image_id, false, await_reply, &image);
	if (!await_call(app, &image, &err) && err.status != 404) {
		app_fail(app, &err);
		return false;
	}
	name_image(&app->arena, container, image.body, out);
	if (!image.failed) {
		out->platform = platform_of(&app->arena, image.body);
		out->created = node_get_text(image.body, "Created");
		out->size_bytes = node_get_int(image.body, "Size", 0);
	}
	return true;
}

static bool is_wanted(const struct app *app, const struct observed_container *container)
{
	return container->config_hash && container->service &&
		(app->services.n == 0 || strings_has(&app->services, container->service));
}

static int compare_containers(const void *a, const void *b)
{
	const struct used *x = a, *y = b;

	return strcmp(x->container, y->container);
}

/* Sorted by container. NULL: the error was shown. */
static struct used *collect(struct app *app, size_t *out_n)
{
	const struct observed *observed =
		app_observe(app, OBSERVE_CONTAINERS | OBSERVE_IMAGES);
	struct used *all;
	size_t n = 0;

	if (!observed)
		return NULL;
	all = ARENA_NEW_N(&app->arena, observed->ncontainers + 1, struct used);
	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];
		const struct observed_image *image;

		if (!is_wanted(app, container))
			continue;
		image = observed_image(observed, container->image_id);
		if (!inspect(app, container, image ? image->created_s : 0, &all[n++]))
			return NULL;
	}
	qsort(all, n, sizeof(*all), compare_containers);
	*out_n = n;
	return all;
}

/* Three digits, as docker writes sizes: "4.86MB". */
static const char *size_text(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1000 && unit < sizeof(units) / sizeof(*units) - 1; unit++)
		size /= 1000;
	return arena_printf(arena, "%.3g%s", size, units[unit]);
}

static void print_ids(struct str *text, const struct used *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool told = false;

		for (size_t j = 0; j < i && !told; j++)
			told = text_eq(all[j].id, all[i].id);
		if (!told)
			str_printf(text, "%s\n", all[i].id);
	}
}

static void print_table(struct app *app, const struct used *all, size_t n, int64_t now_s,
	struct str *text)
{
	static const char *const header[] = {"CONTAINER", "REPOSITORY", "TAG", "PLATFORM",
		"IMAGE ID", "SIZE", "CREATED"};
	struct table table;

	table_init(&table, &app->arena, sizeof(header) / sizeof(*header), TABLE_COMPOSE);
	table_add(&table, header);
	for (size_t i = 0; i < n; i++) {
		const char *age = all[i].created_s
			? arena_printf(&app->arena, "%s ago",
				  cell_duration(&app->arena, now_s - all[i].created_s))
			: "N/A";
		const char *cells[] = {all[i].container, all[i].repository, all[i].tag,
			all[i].platform, arena_strndup(&app->arena, all[i].id, SHORT_ID),
			size_text(&app->arena, all[i].size_bytes), age};

		table_add(&table, cells);
	}
	table_print(&table, text);
}

static void print_json(
	struct app *app, const struct used *all, size_t n, struct str *text)
{
	struct arena *arena = &app->arena;
	struct node *list = node_list(arena);

	for (size_t i = 0; i < n; i++) {
		struct node *entry = node_map(arena);

		node_set_text(
			arena, entry, "ID", arena_printf(arena, "sha256:%s", all[i].id));
		node_set_text(arena, entry, "ContainerName", all[i].container);
		node_set_text(arena, entry, "Repository", all[i].repository);
		node_set_text(arena, entry, "Tag", all[i].tag);
		node_set_text(arena, entry, "Platform", all[i].platform);
		node_set_int(arena, entry, "Size", all[i].size_bytes);
		node_set_text_opt(arena, entry, "Created", all[i].created);
		node_push(arena, list, entry);
	}
	json_print(text, list, JSON_COMPACT | JSON_HTML);
	str_add_c(text, '\n');
}

static int images_run(struct app *app, const void *parsed,
	const struct operands *operands __attribute__((unused)))
{
	const struct images *opts = parsed;
	struct err err;
	size_t n = 0;
	const struct used *all;
	auto_str text = {0};

	if (!text_eq(opts->format, "table") && !text_eq(opts->format, "json")) {
		err_set(&err, ERR_INPUT, "unsupported format \"%s\": table or json",
			opts->format);
		return app_fail(app, &err);
	}
	all = collect(app, &n);
	if (!all)
		return EXIT_FAILURE;
	if (opts->quiet)
		print_ids(&text, all, n);
	else if (text_eq(opts->format, "json"))
		print_json(app, all, n, &text);
	else
		print_table(app, all, n, engine_clock_s(app->engine), &text);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

const struct command cmd_images = {
	.name = "images",
	.args = "[SERVICE...]",
	.help = "List the images of the containers",
	.opts = images_opts,
	.opts_size = sizeof(struct images),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICES,
	.max_operands = -1,
	.group = GROUP_IMAGES,
	.run = images_run,
};
