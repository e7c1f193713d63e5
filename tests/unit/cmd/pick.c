/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/pick.h"

#include "base/err.h"
#include "compose/planner/observed.h"
#include "tests/unit/test.h"

/* One service with a stopped first container, two running ones and a one-off; another
 * with nothing up. */
static struct observed_container containers[] = {
	{.id = "oneoff", .service = "web", .oneoff = true, .state = STATE_RUNNING},
	{.id = "web3", .service = "web", .number = 3, .state = STATE_RUNNING},
	{.id = "web2", .service = "web", .number = 2, .state = STATE_PAUSED},
	{.id = "web1", .service = "web", .number = 1, .state = STATE_EXITED},
	{.id = "db1", .service = "db", .number = 1, .state = STATE_CREATED},
	{.id = "job", .service = "job", .oneoff = true, .state = STATE_RUNNING},
	{.id = "stranger", .number = 1, .state = STATE_RUNNING},
};

static const struct observed observed = {
	.containers = containers,
	.ncontainers = sizeof(containers) / sizeof(*containers),
};

static const char *pick_id(const struct pick *pick, struct err *err)
{
	const struct observed_container *container = pick_container(&observed, pick, err);

	return container ? container->id : NULL;
}

TEST(pick_takes_the_lowest_number_that_is_up)
{
	struct err err = {0};

	assert_string_equal(pick_id(&(struct pick){.service = "web"}, &err), "web2");
	assert_string_equal(
		pick_id(&(struct pick){.service = "web", .index = 3}, &err), "web3");
	assert_string_equal(
		pick_id(&(struct pick){.service = "web", .with_stopped = true}, &err),
		"web1");
}

TEST(pick_takes_a_one_off_only_when_there_is_nothing_else)
{
	struct err err = {0};

	assert_string_equal(pick_id(&(struct pick){.service = "job"}, &err), "job");
}

TEST(pick_says_what_is_not_running)
{
	struct err err = {0};

	assert_null(pick_id(&(struct pick){.service = "db"}, &err));
	assert_string_equal(err.text, "service \"db\" is not running");
	assert_null(pick_id(&(struct pick){.service = "web", .index = 9}, &err));
	assert_string_equal(err.text, "service \"web\" is not running container #9");
}
