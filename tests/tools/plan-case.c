/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of the cases in tests/golden/plan: plans, and carries plans out on the model of an engine.
 *
 *   plan VERB [flags] [SERVICE...]    prints the plan
 *   apply VERB [flags] [SERVICE...]   carries it out; prints only what went wrong
 *   bodies VERB [flags] [SERVICE...]  prints what its calls would send
 *   unsent VERB [flags] [SERVICE...]  prints what containers may be told and none of it is
 *   set CONTAINER STATE               a container changes by itself: "exited 1", unhealthy, gone
 *   tag IMAGE ID                      the registry has another image under the name
 *   drop LIST NAME                    somebody removes a network, a volume
 *   show                              prints what there is
 *   endpoints CONTAINER               prints how it is on its networks
 *   dns CONTAINER                     prints whom it asks for names, and what netdns knows of it
 *
 * The engine is engine.json, see README.md beside the cases; it is written back after a change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/loader/load.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"
#include "tests/tools/show-bodies.h"
#include "tests/tools/sim-read.h"
#include "tests/tools/sim.h"

#define ENGINE_FILE "engine.json"
#define FILE_MAX_BYTES (1 << 20)

struct args {
	struct arena *arena;
	struct wish wish;
	struct run_wish run;
	struct sim_opts sim;
	struct load_opts load;
	const char *exists; /* the directory that dir_exists knows */
	bool json;
	bool from_labels; /* the files are not looked at, as with -p NAME where there are none */
	int at;
	int argc;
	char **argv;
};

static bool dir_exists(void *ctx, const char *path)
{
	const struct args *args = ctx;

	return text_eq(args->exists, path);
}

static bool read_file(void *ctx, struct arena *arena, const char *path,
	const char **out_text, size_t *out_len)
{
	struct err err;

	(void)ctx;
	return files_system.read(
		files_system.ctx, arena, path, FILE_MAX_BYTES, out_text, out_len, &err);
}

static const char *gateway(void *ctx, struct arena *arena, const struct node *network)
{
	const char *given = node_get_text(network, "gateway");

	(void)ctx;
	return given && !*given
		? NULL
		: arena_printf(arena, "gateway of %s", node_get_text(network, "Name"));
}

static bool probed(void *ctx, const struct node *network)
{
	(void)ctx;
	return node_get_bool(network, "probed");
}

static const struct {
	const char *name;
	enum verb verb;
} verbs[] = {
	{"up", VERB_UP},
	{"create", VERB_CREATE},
	{"start", VERB_START},
	{"stop", VERB_STOP},
	{"restart", VERB_RESTART},
	{"down", VERB_DOWN},
	{"rm", VERB_RM},
	{"kill", VERB_KILL},
	{"pause", VERB_PAUSE},
	{"unpause", VERB_UNPAUSE},
	{"pull", VERB_PULL},
	{"build", VERB_BUILD},
	{"push", VERB_PUSH},
	{"scale", VERB_SCALE},
	{"run", VERB_RUN},
	{"netdns-start", VERB_NETDNS_START},
	{"netdns-stop", VERB_NETDNS_STOP},
};

#define FLAG(name, member)                          \
	{                                           \
		name, offsetof(struct wish, member) \
	}

static const struct {
	const char *name;
	size_t offset;
} flags[] = {
	FLAG("--always-recreate-deps", always_recreate_deps),
	FLAG("--no-deps", no_deps),
	FLAG("--no-start", no_start),
	FLAG("-V", renew_anon_volumes),
	FLAG("--remove-orphans", remove_orphans),
	FLAG("--ignore-orphans", ignore_orphans),
	FLAG("--build", build),
	FLAG("--no-build", no_build),
	FLAG("--wait", wait),
	FLAG("-y", assume_yes),
	FLAG("-v", volumes),
	FLAG("-s", stop),
	FLAG("--include-deps", include_deps),
	FLAG("--ignore-buildable", ignore_buildable),
	FLAG("--ignore-failures", ignore_failures),
	FLAG("--push", push),
};

static const char *next(struct args *args)
{
	return args->at < args->argc ? args->argv[args->at++] : "";
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static bool take_flag(struct args *args, const char *word)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(word, flags[i].name)) {
			*(bool *)((char *)&args->wish + flags[i].offset) = true;
			return true;
		}
	return false;
}

static void take_scale(struct args *args, const char *text)
{
	size_t len = strcspn(text, "=");

	ARENA_PUSH(args->arena, args->wish.scales, args->wish.nscales,
		((struct scale){
			arena_strndup(args->arena, text, len), number(text + len + 1)}));
}

static void push(struct args *args, struct strings *to, const char *text)
{
	ARENA_PUSH(args->arena, to->items, to->n, text);
	to->set = true;
}

static void take_word(struct args *args, const char *word)
{
	struct wish *wish = &args->wish;

	if (!strcmp(word, "-f"))
		push(args, &args->load.config_files, next(args));
	else if (!strcmp(word, "-p"))
		args->load.project_name = next(args);
	else if (!strcmp(word, "--from-labels"))
		args->from_labels = true;
	else if (!strcmp(word, "--json"))
		args->json = true;
	else if (!strcmp(word, "--force-recreate"))
		wish->recreate = RECREATE_FORCE;
	else if (!strcmp(word, "--no-recreate"))
		wish->recreate = RECREATE_NEVER;
	else if (!strcmp(word, "--pull"))
		wish->pull = next(args);
	else if (!strcmp(word, "--rmi"))
		wish->rmi = next(args);
	else if (!strcmp(word, "--signal"))
		wish->signal = next(args);
	else if (!strcmp(word, "--scale"))
		take_scale(args, next(args));
	else if (!strcmp(word, "--exists"))
		args->exists = next(args);
	else if (!strcmp(word, "--dns"))
		wish->dns.asked = next(args);
	else if (!strcmp(word, "--dns-default"))
		wish->dns.fallback = next(args);
	else if (!strcmp(word, "--netdns"))
		wish->dns.version = next(args);
	else if (!strcmp(word, "--host"))
		wish->dns.host = true;
	else if (!strcmp(word, "--netdns-listens"))
		wish->dns.listens = true;
	else if (!strcmp(word, "--far-engine"))
		wish->dns.unavailable = "the engine is on another host";
	else if (!strcmp(word, "--kill-after"))
		args->sim.kill_after = number(next(args));
	else if (!strcmp(word, "--fail"))
		args->sim.fail = number(next(args));
	else if (!strcmp(word, "--detach"))
		args->run.detach = true;
	else if (!strcmp(word, "-e"))
		push(args, &args->run.environment, next(args));
	else if (wish->verb == VERB_SCALE)
		take_scale(args, word);
	else if (wish->verb == VERB_RUN && !args->run.service)
		args->run.service = word;
	else if (wish->verb == VERB_RUN)
		push(args, &args->run.command, word);
	else
		push(args, &wish->services, word);
}

static void take_args(struct args *args)
{
	while (args->at < args->argc) {
		const char *word = next(args);

		if (!take_flag(args, word))
			take_word(args, word);
	}
	if (args->wish.verb == VERB_RUN)
		args->wish.run = &args->run;
}

static void print_errors(const struct errs *errs)
{
	for (size_t i = 0; i < errs->nitems; i++) {
		const struct err_item *item = &errs->items[i];

		if (item->pos.file)
			printf("%s:%u:%u: ", item->pos.file, item->pos.line,
				item->pos.column);
		printf("%s%s\n", item->warning ? "warning: " : "", item->text);
	}
}

static void print_err(const struct err *err)
{
	if (err->pos.file)
		printf("%s:%u:%u: ", err->pos.file, err->pos.line, err->pos.column);
	printf("%s\n", err->text);
}

static bool read_engine(struct args *args, const struct project *project, struct sim *sim)
{
	const char *text = "{}";
	size_t len = 2;
	struct err err = {0};

	if (access(ENGINE_FILE, R_OK) == 0)
		read_file(NULL, args->arena, ENGINE_FILE, &text, &len);
	if (sim_read(sim, args->arena, text, len, project, &err))
		return true;
	print_err(&err);
	return false;
}

static bool write_engine(const struct sim *sim)
{
	FILE *f = fopen(ENGINE_FILE, "w");
	auto_str text = {0};

	sim_write(sim, &text);
	return f && fputs(str_text(&text), f) >= 0 && fclose(f) == 0;
}

static void print_plan(const struct args *args, const struct plan *plan)
{
	auto_str text = {0};

	if (args->json)
		plan_print_json(&text, plan);
	else
		plan_print_text(&text, plan);
	fputs(str_text(&text), stdout);
	for (size_t i = 0; !args->json && i < plan->nnotes; i++)
		printf("%s%s\n", plan->notes[i].warning ? "warning: " : "",
			plan->notes[i].text);
	for (size_t i = 0; !args->json && i < plan->nuntouched; i++)
		printf("%s runs and is up to date\n", plan->untouched[i]);
	if (!args->json && plan->nactions == 0)
		printf("nothing to do\n");
}

/* As the commands do: only what was asked for is known. */
static void keep_wanted_inspects(struct arena *arena, struct plan_input *input)
{
	const struct plan_wants wants = plan_wants_inspect(arena, input);
	struct observed *copy = ARENA_NEW(arena, struct observed);

	*copy = *input->observed;
	if (wants.images.n == 0)
		copy->image_inspects = NULL;
	copy->containers =
		ARENA_NEW_N(arena, copy->ncontainers, struct observed_container);
	for (size_t i = 0; i < copy->ncontainers; i++) {
		copy->containers[i] = input->observed->containers[i];
		if (!strings_has(&wants.containers, copy->containers[i].id))
			copy->containers[i].inspect = NULL;
	}
	input->observed = copy;
}

static int with_plan(struct args *args, struct sim *sim, const struct project *project,
	const char *command)
{
	struct errs errs;
	struct err err = {0};
	const struct plan *plan;
	struct plan_input input = {.project = project, .wish = &args->wish};

	errs_init(&errs, args->arena);
	input.observed = sim_observe(sim, args->arena, project->name);
	if (args->from_labels)
		input.project =
			project_from_observed(args->arena, input.observed, project->name);
	input.graph = graph_build(args->arena, input.project, &errs);
	print_errors(&errs);
	if (!input.graph)
		return 1;
	keep_wanted_inspects(args->arena, &input);
	plan = plan_make(args->arena, &input, &err);
	if (!plan || !plan_check(plan, &err)) {
		print_err(&err);
		return 1;
	}
	if (text_eq(command, "plan"))
		print_plan(args, plan);
	if (text_eq(command, "bodies"))
		show_bodies(plan);
	if (text_eq(command, "unsent"))
		show_unsent(plan);
	if (!text_eq(command, "apply"))
		return 0;
	if (!sim_execute(sim, plan, &args->sim, &err))
		print_err(&err);
	return write_engine(sim) ? 0 : 1;
}

static void drop(struct sim *sim, const char *list_name, const char *name)
{
	struct node *list = sim_list(sim, list_name);
	size_t kept = 0;

	for (size_t i = 0; i < list->nitems; i++)
		if (!text_eq(node_get_text(list->items[i], "Name"), name))
			list->items[kept++] = list->items[i];
	list->nitems = kept;
}

/* "exited 1" is two words of the line. */
static const char *with_rest(struct args *args, const char *text)
{
	const char *rest = next(args);

	return *rest ? arena_printf(args->arena, "%s %s", text, rest) : text;
}

static int change(struct args *args, struct sim *sim, const char *command)
{
	const char *first = next(args);
	const char *second = next(args);
	auto_str text = {0};

	if (!strcmp(command, "show")) {
		sim_show(sim, &text);
		fputs(str_text(&text), stdout);
		return 0;
	}
	if (!strcmp(command, "endpoints")) {
		if (!sim_show_endpoints(sim, first, &text))
			return 1;
		fputs(str_text(&text), stdout);
		return 0;
	}
	if (!strcmp(command, "dns")) {
		sim_show_dns(sim, first, &text);
		fputs(str_text(&text), stdout);
		return 0;
	}
	if (!strcmp(command, "set") && !sim_set(sim, first, with_rest(args, second)))
		return 1;
	if (!strcmp(command, "tag")) {
		if (!node_get(sim->state, "registry"))
			node_set(args->arena, sim->state, "registry",
				node_map(args->arena));
		node_set_text(
			args->arena, node_get(sim->state, "registry"), first, second);
	}
	if (!strcmp(command, "drop"))
		drop(sim, first, second);
	return write_engine(sim) ? 0 : 1;
}

static enum verb verb_of(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(name, verbs[i].name))
			return verbs[i].verb;
	exit(2);
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct args args = {.arena = &arena, .argc = argc, .argv = argv, .at = 1};
	const char *command = next(&args);
	const char *with_plans[] = {"plan", "apply", "bodies", "unsent"};
	const struct strings planning = {.items = with_plans, .n = 4};
	bool plans = strings_has(&planning, command);
	const char *servers[] = {"192.0.2.53"};
	const struct strings upstreams = {.items = servers, .n = 1};
	char cwd[4096];
	struct errs errs;
	const struct project *project;
	struct sim sim = {0};
	int status = 1;

	args.wish = (struct wish){
		.timeout_s = -1,
		.dir_exists = dir_exists,
		.read_file = read_file,
		.ctx = &args,
		.dns = {.version = "v1",
			.gateway = gateway,
			.probed = probed,
			.upstreams = upstreams},
		.random_hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
			      "abcdef",
	};
	args.load = (struct load_opts){.files = &files_system,
		.cwd = getcwd(cwd, sizeof(cwd)),
		.keep_all_services = true};
	if (plans)
		args.wish.verb = verb_of(next(&args));
	if (plans)
		take_args(&args);
	errs_init(&errs, &arena);
	if (!args.load.project_name && !args.exists)
		args.load.project_name = "app";
	project = project_load(&arena, &args.load, &errs);
	print_errors(&errs);
	if (project && read_engine(&args, project, &sim))
		status = plans ? with_plan(&args, &sim, project, command)
			       : change(&args, &sim, command);
	arena_finish(&arena);
	return status;
}
