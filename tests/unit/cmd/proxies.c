/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/proxies.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "tests/unit/test.h"

#define CONFIG                                                                     \
	"{\"proxies\":{\"default\":{\"httpProxy\":\"http://p\",\"noProxy\":\"\"}," \
	"\"tcp://far\":{\"allProxy\":\"socks5://q\"}}}"

static void assert_proxies(const char *json, const char *host, const char *expected)
{
	struct arena arena = {0};
	struct node *config = NULL;
	const struct pairs *found;
	auto_str out = {0};
	struct err err;

	assert_true(json_parse(&arena, json, strlen(json), &config, &err));
	found = proxies_of(&arena, config, host);
	for (size_t i = 0; found && i < found->n; i++)
		str_printf(&out, "%s=%s ", found->items[i].key, found->items[i].value);
	assert_string_equal(str_text(&out), expected);
	arena_finish(&arena);
}

TEST(proxies_are_those_of_the_engine_or_the_default)
{
	assert_proxies(CONFIG, "unix:///run/docker.sock",
		"HTTP_PROXY=http://p http_proxy=http://p ");
	assert_proxies(CONFIG, "tcp://far", "ALL_PROXY=socks5://q all_proxy=socks5://q ");
	assert_proxies("{}", "tcp://far", "");
}
