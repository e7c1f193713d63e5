/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of the cases in tests/golden/told: what netdns makes of what an engine tells.
 *
 *   zone      the zone's file from networks.json (GET /networks) and containers.json (a list of inspects)
 *   events    one line for each of events.json, of what is to be done about it
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/told.h"
#include "netdns/zone-file.h"

enum { FILE_MAX_BYTES = 1 << 20 };

static char *read_text(struct arena *arena, const char *path, size_t *out_len)
{
	char *text = arena_alloc(arena, FILE_MAX_BYTES);
	FILE *f = fopen(path, "r");

	*out_len = f ? fread(text, 1, FILE_MAX_BYTES - 1, f) : 0;
	if (f)
		fclose(f);
	return text;
}

static const struct node *read_list(struct arena *arena, const char *path)
{
	size_t len;
	const char *text = read_text(arena, path, &len);
	struct node *list = NULL;
	struct err err;

	if (!json_parse(arena, text, len, &list, &err) || list->kind != NODE_LIST) {
		printf("%s: not a list\n", path);
		return node_list(arena);
	}
	return list;
}

/* Each is kept in an arena of its own, as the feed does. */
static void read_told(struct arena *arena, struct arena *kept, struct told *out)
{
	const struct node *networks = read_list(arena, "networks.json");
	const struct node *containers = read_list(arena, "containers.json");
	const struct told_network **n =
		ARENA_NEW_N(kept, networks->nitems, const struct told_network *);
	const struct told_container **c =
		ARENA_NEW_N(kept, containers->nitems, const struct told_container *);

	for (size_t i = 0; i < networks->nitems; i++) {
		struct told_network *keep = ARENA_NEW(kept, struct told_network);
		struct told_network told;

		if (!told_network_read(arena, networks->items[i], &told)) {
			printf("networks[%zu]: not a network\n", i);
			continue;
		}
		told_network_keep(kept, &told, keep);
		n[out->nnetworks++] = keep;
	}
	for (size_t i = 0; i < containers->nitems; i++) {
		struct told_container *keep = ARENA_NEW(kept, struct told_container);
		struct told_container told;

		if (!told_container_read(arena, containers->items[i], &told)) {
			printf("containers[%zu]: not a container\n", i);
			continue;
		}
		told_container_keep(kept, &told, keep);
		printf("%s: stop signal %d%s\n", keep->in.name, keep->stop_signal,
			keep->label_broken ? ", its label is broken" : "");
		c[out->ncontainers++] = keep;
	}
	out->networks = n;
	out->containers = c;
}

static bool print_zone(struct arena *arena)
{
	struct arena read = {0};
	struct told told = {0};
	struct zone_input input;
	struct zone_input again;
	struct errs errs;
	enum dns_mode *modes;
	auto_str text = {0};
	auto_str twice = {0};

	read_told(&read, arena, &told);
	arena_finish(&read);
	told_input(arena, &told, &input, &modes);
	for (size_t i = 0; i < input.nnetworks; i++)
		printf("%s: %s\n", input.networks[i].name, dns_mode_word(modes[i]));
	json_print(&text, zone_file_node(arena, &input), JSON_INDENT);
	puts(str_text(&text));
	errs_init(&errs, arena);
	if (!zone_file_read(arena, text.text, text.len, &again, &errs))
		return !puts("what it prints it does not read");
	json_print(&twice, zone_file_node(arena, &again), JSON_INDENT);
	return text_eq(str_text(&text), str_text(&twice)) ||
		!puts("what it reads is something else");
}

static void print_event(struct arena *arena, const char *text, size_t len)
{
	static const char *const words[] = {
		[TOLD_NOTHING] = "nothing",
		[TOLD_CONTAINER] = "read",
		[TOLD_STARTED] = "started",
		[TOLD_DIED] = "died",
		[TOLD_KILLED] = "killed",
		[TOLD_GONE] = "gone",
		[TOLD_NETWORK] = "read network",
		[TOLD_NETWORK_GONE] = "network gone",
	};
	struct told_event event;
	struct err err;

	if (!told_event_read(arena, text, len, &event, &err)) {
		puts(err.text);
		return;
	}
	printf("%lld %s", (long long)event.nano, words[event.kind]);
	if (event.kind != TOLD_NOTHING) {
		printf(" %.12s", event.container ? event.container : "-");
		printf(" %.12s", event.network ? event.network : "-");
	}
	if (event.kind == TOLD_KILLED)
		printf(" by %d", event.signal);
	putchar('\n');
}

static void print_events(struct arena *arena)
{
	size_t len;
	const char *text = read_text(arena, "events.json", &len);

	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		print_event(arena, text, (size_t)(end - text));
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	bool ok = true;

	if (argc == 2 && text_eq(argv[1], "events"))
		print_events(&arena);
	else
		ok = print_zone(&arena);
	arena_finish(&arena);
	return ok ? 0 : 1;
}
