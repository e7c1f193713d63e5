/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/loader/interp.h"

#include <string.h>

#include "base/arena.h"
#include "compose/loader/env.h"
#include "tests/unit/test.h"

static const struct {
	const char *text;
	const char *value; /* NULL: fails */
	const char *error;
	size_t at;
} samples[] = {
	{"plain", "plain", NULL, 0},
	{"$A-${A}", "a-a", NULL, 0},
	{"$$A $${A} $", "$A ${A} $", NULL, 0},
	{"$1 $ $-", "$1 $ $-", NULL, 0},
	{"${N:-w}${N-w}${N}$N", "ww", NULL, 0},
	{"${E:-w}${E-w}.", "w.", NULL, 0},
	{"${A:+w}${E:+w}${E+w}${N+w}", "ww", NULL, 0},
	{"${N:-{\"a\":1}}", "{\"a\":1}", NULL, 0},
	{"${N:-${M:-$A}}x", "ax", NULL, 0},
	{"${N:-$$}", "$", NULL, 0},
	{"${N-}", "", NULL, 0},
	{"${A:-${N:?no}}", "a", NULL, 0},
	{"x ${N:?say $A}", NULL, "required variable N is missing a value: say a", 2},
	{"${E?m}${E:?}", NULL, "required variable E is missing a value", 6},
	{"x${", NULL, "not closed", 1},
	{"${}", NULL, "invalid interpolation format", 0},
	{"${1}", NULL, "invalid interpolation format", 0},
	{"ab${A:0:2}", NULL, "invalid interpolation format", 2},
	{"${N:-a\nb}", NULL, "not closed", 0},
	{"${N:-${}}", NULL, "invalid", 5},
};

static void remember(struct interp *interp, const char *name, size_t at)
{
	(void)name;
	*(size_t *)interp->ctx = at;
}

TEST(interp_expands_all_operators)
{
	struct arena arena = {0};
	struct env env;

	env_init(&env, &arena, NULL);
	env_set(&env, "A", "a", (struct pos){0});
	env_set(&env, "E", "", (struct pos){0});
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct interp interp = {.arena = &arena, .env = &env};
		const char *value;
		bool ok = interp_expand(&interp, samples[i].text, &value);

		assert_int_equal(ok, samples[i].value != NULL);
		if (ok) {
			assert_string_equal(value, samples[i].value);
		} else {
			assert_non_null(strstr(interp.error, samples[i].error));
			assert_int_equal(interp.error_at, samples[i].at);
		}
	}
	arena_finish(&arena);
}

TEST(interp_tells_where_an_unset_variable_stands)
{
	struct arena arena = {0};
	size_t at = 99;
	struct interp interp = {.arena = &arena, .unset = remember, .ctx = &at};
	struct env env;
	const char *value;

	env_init(&env, &arena, NULL);
	interp.env = &env;
	assert_true(interp_expand(&interp, "a ${B:-$C}", &value));
	assert_string_equal(value, "a ");
	assert_int_equal(at, 7);
	arena_finish(&arena);
}
