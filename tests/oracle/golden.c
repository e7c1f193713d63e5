/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what "davit config" says of many small projects with what docker compose 2.40.3 said: golden CASE-FILE... */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/case.h"

struct totals {
	unsigned passed, failed;
};

static void run_file(
	const char *path, const struct captured *captured, struct totals *totals)
{
	struct arena arena = {0};
	struct golden_cases cases = {0};

	if (!cases_read(&arena, path, &cases)) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < cases.n; i++) {
		bool ok = case_holds(&cases.items[i], captured);

		totals->passed += ok;
		totals->failed += !ok;
	}
	arena_finish(&arena);
}

int main(int argc, char **argv)
{
	struct totals totals = {0};
	struct captured captured;

	captured_open(&captured);
	for (int i = 1; i < argc; i++)
		run_file(argv[i], &captured, &totals);
	captured_close(&captured);
	printf("oracle passed %u\noracle failed %u\n", totals.passed, totals.failed);
	return totals.failed || !totals.passed ? EXIT_FAILURE : EXIT_SUCCESS;
}
