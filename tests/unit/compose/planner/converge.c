/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strongest test without an engine: plans are carried out on a model of one (tests/tools/sim.h). Whatever the
 * scene, a second plan has nothing to do; also when davit is killed after every single action, when every
 * single action fails, and in whatever order ready actions are taken.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/loader/load.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"
#include "tests/tools/sim-read.h"
#include "tests/tools/sim.h"

/* From one project to the next, on an engine with this API. */
struct scene {
	const char *name;
	const char *before; /* NULL: nothing was there */
	const char *after;
	struct wish wish;
	const char *api;
	const char *tag; /* "app" has another image now */
	bool puts;       /* every container got its files before it was started */
	bool restores;   /* after a failure every service runs again, old or new */
	bool discards;   /* the old containers go with what they hold, as was asked for */
};

static const struct scene scenes[] = {
	{.name = "new",
		.after =
			"services: {web: {image: app, depends_on: [db]}, db: {image: pg, "
			"volumes: ['data:/d']}}\nvolumes: {data: {}}\n"},
	{.name = "one changes",
		.before = "services: {web: {image: app, environment: {A: '1'}}, db: "
			  "{image: pg}}\n",
		.after = "services: {web: {image: app, environment: {A: '2'}}, db: "
			 "{image: pg}}\n",
		.restores = true},
	{.name = "a chain changes",
		.before = "services: {web: {image: app, depends_on: {api: {condition: "
			  "service_healthy}}, user: a}, api: {image: app, depends_on: "
			  "[db], "
			  "healthcheck: {test: [CMD, ok]}, user: a}, db: {image: pg, "
			  "user: a}}\n",
		.after = "services: {web: {image: app, depends_on: {api: {condition: "
			 "service_healthy}}, user: b}, api: {image: app, depends_on: "
			 "[db], "
			 "healthcheck: {test: [CMD, ok]}, user: b}, db: {image: pg, "
			 "user: b}}\n",
		.restores = true},
	{.name = "with --wait",
		.before = "services: {web: {image: app, user: a, ports: ['80:80']}}\n",
		.after = "services: {web: {image: app, user: b, ports: ['80:80']}}\n",
		.wish = {.wait = true},
		.restores = true},
	{.name = "restart: true",
		.before =
			"services: {web: {image: app, depends_on: {db: {condition: "
			"service_started, restart: true}}}, db: {image: pg, user: a}}\n",
		.after = "services: {web: {image: app, depends_on: {db: {condition: "
			 "service_started, restart: true}}}, db: {image: pg, user: b}}\n",
		.restores = true},
	{.name = "restart: true, both change",
		.before =
			"services: {web: {image: app, user: a, depends_on: {db: "
			"{condition: "
			"service_started, restart: true}}}, db: {image: pg, user: a}}\n",
		.after = "services: {web: {image: app, user: b, depends_on: {db: "
			 "{condition: "
			 "service_started, restart: true}}}, db: {image: pg, user: b}}\n",
		.restores = true},
	{.name = "shared namespaces",
		.before = "services: {vpn: {image: app, user: a}, box: {image: pg, "
			  "network_mode: "
			  "'service:vpn'}}\n",
		.after = "services: {vpn: {image: app, user: b}, box: {image: pg, "
			 "network_mode: "
			 "'service:vpn'}}\n",
		.restores = true},
	{.name = "three in one another's namespaces",
		.before = "services: {vpn: {image: app, user: a}, box: {image: pg, "
			  "network_mode: 'service:vpn'}, spy: {image: pg, pid: "
			  "'service:box'}, other: {image: pg, user: a}}\n",
		.after = "services: {vpn: {image: app, user: b}, box: {image: pg, "
			 "network_mode: 'service:vpn'}, spy: {image: pg, pid: "
			 "'service:box'}, other: {image: pg, user: b}}\n",
		.restores = true},
	{.name = "one of a group turns out to be up to date",
		.before = "services: {vpn: {image: app, pull_policy: always}, box: "
			  "{image: pg, user: a, network_mode: 'service:vpn'}, other: "
			  "{image: pg, user: a}}\n",
		.after = "services: {vpn: {image: app, pull_policy: always}, box: "
			 "{image: pg, user: b, network_mode: 'service:vpn'}, other: "
			 "{image: pg, user: b}}\n",
		.restores = true},
	{.name = "the first of two parents has a new image",
		.before = "services: {vpn: {image: app, pull_policy: always}, data: "
			  "{image: pg, pull_policy: always}, box: {image: pg, "
			  "network_mode: 'service:vpn', volumes_from: [data]}}\n",
		.after = "services: {vpn: {image: app, pull_policy: always}, data: "
			 "{image: pg, pull_policy: always}, box: {image: pg, "
			 "network_mode: 'service:vpn', volumes_from: [data]}}\n",
		.tag = "sha256:new",
		.restores = true},
	{.name = "a pull that may fail",
		.before = "services: {web: {image: app, build: ., pull_policy: always, "
			  "user: a}}\n",
		.after = "services: {web: {image: app, build: ., pull_policy: always, "
			 "user: b}}\n",
		.tag = "sha256:new",
		.restores = true},
	{.name = "static address and port",
		.before = "services: {web: {image: app, user: a, ports: ['80:80'], "
			  "networks: {n: "
			  "{ipv4_address: 10.0.0.9}}}}\nnetworks: {n: {ipam: {config: "
			  "[{subnet: "
			  "10.0.0.0/24}]}}}\n",
		.after = "services: {web: {image: app, user: b, ports: ['80:80'], "
			 "networks: {n: "
			 "{ipv4_address: 10.0.0.9}}}}\nnetworks: {n: {ipam: {config: "
			 "[{subnet: "
			 "10.0.0.0/24}]}}}\n",
		.restores = true},
	{.name = "a network changes",
		.before = "services: {web: {image: app, networks: [n, m], depends_on: "
			  "[db]}, db: "
			  "{image: pg, networks: [n]}}\nnetworks: {n: {}, m: {}}\n",
		.after = "services: {web: {image: app, networks: [n, m], depends_on: "
			 "[db]}, db: "
			 "{image: pg, networks: [n]}}\nnetworks: {n: {internal: true}, "
			 "m: {}}\n",
		.restores = true},
	{.name = "a network changes, API 1.41",
		.before = "services: {web: {image: app, networks: [n, m], depends_on: "
			  "[db]}, db: "
			  "{image: pg, networks: [n]}}\nnetworks: {n: {}, m: {}}\n",
		.after = "services: {web: {image: app, networks: [n, m], depends_on: "
			 "[db]}, db: "
			 "{image: pg, networks: [n]}}\nnetworks: {n: {internal: true}, "
			 "m: {}}\n",
		.api = "1.41",
		.restores = true},
	{.name = "a network of three changes",
		.before = "services: {a: {image: app, networks: [n], scale: 2}, b: "
			  "{image: pg, networks: [n]}, other: {image: pg, user: a, "
			  "networks: [m]}}\nnetworks: {n: {}, m: {}}\n",
		.after = "services: {a: {image: app, networks: [n], scale: 2}, b: "
			 "{image: pg, networks: [n]}, other: {image: pg, user: b, "
			 "networks: [m]}}\nnetworks: {n: {internal: true}, m: {}}\n",
		.restores = true},
	{.name = "two networks, API 1.41",
		.after = "services: {web: {image: app, networks: [n, m]}}\nnetworks: {n: "
			 "{}, m: {}}\n",
		.api = "1.41"},
	{.name = "a volume changes",
		.before = "services: {db: {image: pg, volumes: ['data:/d']}}\nvolumes: "
			  "{data: {}}\n",
		.after = "services: {db: {image: pg, volumes: ['data:/d']}}\nvolumes: "
			 "{data: "
			 "{driver_opts: {a: b}}}\n",
		.wish = {.assume_yes = true},
		.discards = true},
	{.name = "scale up",
		.before = "services: {web: {image: app}}\n",
		.after = "services: {web: {image: app, scale: 4}}\n",
		.restores = true},
	{.name = "scale down and change",
		.before = "services: {web: {image: app, scale: 4, user: a}}\n",
		.after = "services: {web: {image: app, scale: 2, user: b}}\n"},
	{.name = "an image is replaced",
		.before = "services: {web: {image: app, pull_policy: always}, db: "
			  "{image: pg}}\n",
		.after = "services: {web: {image: app, pull_policy: always}, db: {image: "
			 "pg}}\n",
		.tag = "sha256:new",
		.restores = true},
	{.name = "configs",
		.before = "services: {web: {image: app, configs: [c]}}\nconfigs: {c: "
			  "{content: "
			  "a}}\n",
		.after = "services: {web: {image: app, configs: [c]}}\nconfigs: {c: "
			 "{content: b}}\n",
		.restores = true},
	{.name = "new configs",
		.after = "services: {web: {image: app, configs: [c]}}\nconfigs: {c: "
			 "{content: b}}\n",
		.puts = true},
	{.name = "anonymous volumes",
		.before = "services: {web: {image: app, user: a, volumes: [/data]}}\n",
		.after = "services: {web: {image: app, user: b, volumes: [/data]}}\n",
		.restores = true},
	{.name = "one-shot",
		.before = "services: {web: {image: app, user: a, depends_on: {job: "
			  "{condition: "
			  "service_completed_successfully}}}, job: {image: pg}}\n",
		.after = "services: {web: {image: app, user: b, depends_on: {job: "
			 "{condition: "
			 "service_completed_successfully}}}, job: {image: pg}}\n",
		.restores = true},
	{.name = "a service becomes an orphan",
		.before = "services: {web: {image: app, ports: ['80:80']}, db: {image: "
			  "pg}}\n",
		.after = "services: {site: {image: app, ports: ['80:80']}, db: {image: "
			 "pg}}\n",
		.wish = {.remove_orphans = true}},
	{.name = "container_name changes",
		.before = "services: {web: {image: app, container_name: old, ports: "
			  "['80:80']}}\n",
		.after = "services: {web: {image: app, container_name: new, ports: "
			 "['80:80']}}\n"},
	{.name = "volumes_from",
		.before = "services: {a: {image: app, user: a}, b: {image: pg, "
			  "volumes_from: [a]}}\n",
		.after = "services: {a: {image: app, user: b}, b: {image: pg, "
			 "volumes_from: [a]}}\n",
		.restores = true},
};

#define NSCENES (sizeof(scenes) / sizeof(scenes[0]))

static const char *file_text; /* what the one file of the tests holds; set by load */

static bool read_text(void *ctx, struct arena *arena, const char *path, size_t max_bytes,
	const char **out_text, size_t *out_len, struct err *err)
{
	(void)ctx;
	(void)arena;
	(void)max_bytes;
	if (!text_ends(path, "/compose.yaml"))
		return err_set(err, ERR_SYSTEM, "no such file");
	*out_text = file_text;
	*out_len = strlen(file_text);
	return true;
}

static bool is_file(void *ctx, const char *path)
{
	(void)ctx;
	return text_ends(path, "/compose.yaml");
}

static bool is_dir(void *ctx, const char *path)
{
	(void)ctx;
	return !text_ends(path, "/compose.yaml");
}

static const struct project *load(struct arena *arena, const char *text)
{
	static const struct files files = {NULL, read_text, is_file, is_dir};
	struct errs errs;
	const struct project *project;
	struct load_opts opts = {.files = &files, .cwd = "/app", .project_name = "app"};

	file_text = text;
	errs_init(&errs, arena);
	project = project_load(arena, &opts, &errs);
	if (!project)
		fail_msg("%s: %s", text, errs.nitems ? errs.items[0].text : "?");
	return project;
}

static const struct plan *make(struct arena *arena, const struct project *project,
	const struct sim *sim, const struct wish *scene_wish)
{
	struct wish *wish = ARENA_NEW(arena, struct wish);
	struct plan_input input = {.project = project, .wish = wish};
	struct errs errs;
	struct err err = {0};
	const struct plan *plan;

	*wish = *scene_wish;
	wish->timeout_s = -1;
	wish->random_hex =
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	errs_init(&errs, arena);
	input.graph = graph_build(arena, project, &errs);
	input.observed = sim_observe(sim, arena, "app");
	plan = plan_make(arena, &input, &err);
	if (!plan)
		fail_msg("no plan: %s", err.text);
	if (!plan_check(plan, &err))
		fail_msg("bad plan: %s", err.text);
	return plan;
}

static void start_sim(struct sim *sim, struct arena *arena, const struct scene *scene)
{
	const struct project *project =
		load(arena, scene->before ? scene->before : scene->after);
	const char *text =
		arena_printf(arena, "{\"api\": \"%s\", \"images\": [\"app\", \"pg\"]}",
			scene->api ? scene->api : "1.51");
	struct err err = {0};
	const struct wish plain = {0};
	const struct sim_opts whole = {0};

	if (!sim_read(sim, arena, text, strlen(text), project, &err))
		fail_msg("%s", err.text);
	if (scene->before &&
		!sim_execute(sim, make(arena, project, sim, &plain), &whole, &err))
		fail_msg("%s: before: %s", scene->name, err.text);
	if (scene->tag) {
		node_set(arena, sim->state, "registry", node_map(arena));
		node_set_text(arena, node_get(sim->state, "registry"), "app", scene->tag);
	}
}

static bool is_quiet(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nactions; i++)
		if (plan->actions[i].kind != ACTION_WAIT &&
			plan->actions[i].kind != ACTION_IMAGE_PULL &&
			plan->actions[i].guard.kind == GUARD_NONE)
			return false;
	return true;
}

static void fail_with_plan(const struct scene *scene, const char *what, unsigned at,
	const struct plan *plan, const struct sim *sim)
{
	auto_str text = {0};

	plan_print_text(&text, plan);
	sim_show(sim, &text);
	fail_msg("%s: %s %u:\n%s", scene->name, what, at, str_text(&text));
}

static bool is_left_over(const char *line)
{
	return strspn(line, "0123456789abcdef") >= 12 && line[12] == '_';
}

static void check_names(const struct scene *scene, const char *what, unsigned at,
	const struct plan *plan, const struct sim *sim)
{
	auto_str text = {0};

	sim_show(sim, &text);
	for (const char *line = str_text(&text); *line; line += strcspn(line, "\n") + 1)
		if (is_left_over(line))
			fail_with_plan(scene, what, at, plan, sim);
}

static void check_files(const struct scene *scene, const struct sim *sim)
{
	const struct node *containers = sim_list(sim, "containers");

	for (size_t i = 0; scene->puts && i < containers->nitems; i++)
		if (!node_get_bool(containers->items[i], "Put"))
			fail_msg("%s: started without its files", scene->name);
}

/* The next run repairs what the last one left, and then there is nothing more to do. */
static void converges(const struct scene *scene, struct arena *arena, struct sim *sim,
	const char *what, unsigned at)
{
	const struct project *project = load(arena, scene->after);
	const struct sim_opts whole = {0};
	const struct plan *plan = make(arena, project, sim, &scene->wish);
	struct err err = {0};

	if (!sim_execute(sim, plan, &whole, &err)) {
		printf("%s\n", err.text);
		fail_with_plan(scene, what, at, plan, sim);
	}
	plan = make(arena, project, sim, &scene->wish);
	if (!is_quiet(plan))
		fail_with_plan(scene, what, at, plan, sim);
	check_names(scene, what, at, plan, sim);
	check_files(scene, sim);
}

/* Every container that ran still does, under its name. */
static bool all_serve(const char *before, const char *now)
{
	for (const char *line = before; *line; line += strcspn(line, "\n") + 1) {
		char text[128];

		snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		if (strstr(text, " running") && !strstr(now, text))
			return false;
	}
	return true;
}

/* What stands after a run of the scene in which nothing goes wrong; kept until the next scene's. */
static const char *goal_of(const struct scene *scene)
{
	static const struct scene *known;
	static char text[1024];
	struct arena arena = {0};
	struct sim sim = {0};
	struct err err = {0};
	auto_str shown = {0};

	if (scene == known)
		return text;
	start_sim(&sim, &arena, scene);
	sim_execute(&sim, make(&arena, load(&arena, scene->after), &sim, &scene->wish),
		&(struct sim_opts){0}, &err);
	sim_show(&sim, &shown);
	assert_true((size_t)snprintf(text, sizeof(text), "%s", str_text(&shown)) <
		sizeof(text));
	known = scene;
	arena_finish(&arena);
	return text;
}

/* Of every container that was there and is still wanted, the old or the new one is there, under whatever name. */
static void check_none_lost(const struct scene *scene, const char *before,
	const struct sim_opts *opts, const struct plan *plan, const struct sim *sim)
{
	const char *goal = goal_of(scene);
	auto_str now = {0};

	if (scene->discards)
		return;
	sim_show(sim, &now);
	for (const char *line = before; *line; line += strcspn(line, "\n") + 1) {
		char name[128];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " \n"), line);
		if (text_starts(line + strlen(name), " network") ||
			text_starts(line + strlen(name), " volume"))
			continue;
		if (strstr(goal, name) && !strstr(str_text(&now), name)) {
			printf("%s is lost\n", name);
			fail_with_plan(scene,
				opts->fail ? "lost after failure" : "lost after kill",
				opts->fail ? opts->fail : opts->kill_after, plan, sim);
		}
	}
}

static size_t run_scene(
	const struct scene *scene, const struct sim_opts *opts, const char *what)
{
	struct arena arena = {0};
	struct sim sim = {0};
	struct err err = {0};
	const struct plan *plan;
	size_t n;
	auto_str before = {0};

	start_sim(&sim, &arena, scene);
	sim_show(&sim, &before);
	plan = make(&arena, load(&arena, scene->after), &sim, &scene->wish);
	n = plan->nactions;
	sim_execute(&sim, plan, opts, &err);
	if (opts->fail || opts->kill_after)
		check_none_lost(scene, str_text(&before), opts, plan, &sim);
	if (opts->fail && scene->restores) {
		auto_str text = {0};

		sim_show(&sim, &text);
		check_names(scene, what, opts->fail, plan, &sim);
		if (!all_serve(str_text(&before), str_text(&text)))
			fail_with_plan(scene, "does not serve after failure", opts->fail,
				plan, &sim);
	}
	converges(scene, &arena, &sim, what, opts->fail ? opts->fail : opts->kill_after);
	arena_finish(&arena);
	return n;
}

static void run_twice(const struct scene *scene, unsigned killed, unsigned failed)
{
	struct arena arena = {0};
	struct sim sim = {0};
	struct err err = {0};
	const struct project *project;
	const struct plan *plan;
	const struct sim_opts again = {.fail = failed};
	auto_str before = {0};

	start_sim(&sim, &arena, scene);
	sim_show(&sim, &before);
	project = load(&arena, scene->after);
	plan = make(&arena, project, &sim, &scene->wish);
	sim_execute(&sim, plan, &(struct sim_opts){.kill_after = killed}, &err);
	plan = make(&arena, project, &sim, &scene->wish);
	sim_execute(&sim, plan, &again, &err);
	check_none_lost(scene, str_text(&before), &again, plan, &sim);
	converges(scene, &arena, &sim, "killed, then failed", killed * 100 + failed);
	arena_finish(&arena);
}

TEST(every_scene_converges)
{
	for (size_t i = 0; i < NSCENES; i++)
		run_scene(&scenes[i], &(struct sim_opts){0}, "whole");
}

TEST(every_scene_converges_in_any_order)
{
	for (size_t i = 0; i < NSCENES; i++)
		for (unsigned seed = 1; seed <= 20; seed++)
			run_scene(
				&scenes[i], &(struct sim_opts){.seed = seed}, "shuffled");
}

TEST(every_scene_converges_when_killed_after_every_action)
{
	for (size_t i = 0; i < NSCENES; i++) {
		size_t n = run_scene(&scenes[i], &(struct sim_opts){0}, "whole");

		for (unsigned at = 1; at <= n; at++)
			for (unsigned seed = 0; seed < 5; seed++)
				run_scene(&scenes[i],
					&(struct sim_opts){
						.kill_after = at, .seed = seed},
					"killed");
	}
}

TEST(every_scene_converges_when_every_action_fails)
{
	for (size_t i = 0; i < NSCENES; i++) {
		size_t n = run_scene(&scenes[i], &(struct sim_opts){0}, "whole");

		for (unsigned at = 1; at <= n; at++)
			for (unsigned seed = 0; seed < 5; seed++)
				run_scene(&scenes[i],
					&(struct sim_opts){.fail = at, .seed = seed},
					"failed");
	}
}

/* The run that repairs is no better off than the one that was killed. */
TEST(every_scene_converges_when_repairs_fail_too)
{
	for (size_t i = 0; i < NSCENES; i++)
		for (unsigned at = 1; at <= 14; at++)
			for (unsigned again = 1; again <= 14; again++)
				run_twice(&scenes[i], at, again);
}
