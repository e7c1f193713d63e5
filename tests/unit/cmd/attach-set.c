/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/attach-set.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/attached.h"
#include "compose/graph/graph.h"
#include "compose/model/project.h"
#include "tests/unit/test.h"

/* web needs db; mute has `attach: false`. Sorted by name, as projects are. */
static struct service services[] = {
	{.name = "db"},
	{.name = "mute", .attach = {true, false}},
	{.name = "web"},
};

static size_t needed_by_db[] = {2}, needs_of_web[] = {0};

static struct graph_node nodes[] = {
	{.service = &services[0], .needed_by = needed_by_db, .nneeded_by = 1},
	{.service = &services[1]},
	{.service = &services[2], .need_nodes = needs_of_web, .nneeds = 1},
};

static const struct project project = {.services = services, .nservices = 3};
static const struct graph graph = {.project = &project, .nodes = nodes, .nnodes = 3};

/* What is shown when these are asked for, in words. NULL names none. */
static void assert_shown(const char *selected, const char *attach, const char *no_attach,
	bool with_dependencies, const char *expected)
{
	struct arena arena = {0};
	const struct strings picks[] = {
		{.items = &selected, .n = selected != NULL},
		{.items = &attach, .n = attach != NULL},
		{.items = &no_attach, .n = no_attach != NULL},
	};
	const struct attached_opts opts = {.attach = &picks[1],
		.no_attach = &picks[2],
		.attach_dependencies = with_dependencies};
	struct strings shown = attach_set(&arena, &project, &graph, &picks[0], &opts);
	auto_str text = {0};

	for (size_t i = 0; i < shown.n; i++)
		str_printf(&text, "%s%s", i ? " " : "", shown.items[i]);
	assert_string_equal(str_text(&text), expected);
	arena_finish(&arena);
}

TEST(attach_set_is_what_was_selected_but_for_attach_false)
{
	assert_shown(NULL, NULL, NULL, false, "db web");
	assert_shown("web", NULL, NULL, false, "web");
	assert_shown("mute", NULL, NULL, false, "");
}

TEST(attach_set_takes_dependencies_when_asked)
{
	assert_shown("web", NULL, NULL, true, "db web");
}

TEST(attach_set_follows_flags)
{
	assert_shown(NULL, "mute", NULL, false, "mute");
	assert_shown(NULL, NULL, "db", false, "web");
	assert_shown(NULL, "web", "web", false, "");
}
