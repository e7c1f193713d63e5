/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the tests that registered themselves and runs them as one cmocka group. */
#include "tests/unit/test.h"

#include <stdlib.h>

enum { MAX_TESTS = 1024 };

static struct CMUnitTest tests[MAX_TESTS];
static size_t ntests;

void test_register(const char *name, void (*run)(void **state))
{
	if (ntests == MAX_TESTS)
		abort();
	tests[ntests++] = (struct CMUnitTest){.name = name, .test_func = run};
}

int main(void)
{
	return _cmocka_run_group_tests("unit", tests, ntests, NULL, NULL);
}
