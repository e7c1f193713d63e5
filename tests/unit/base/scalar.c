/* SPDX-License-Identifier: Apache-2.0 */
#include "base/scalar.h"

#include "base/arena.h"
#include "tests/unit/test.h"

static const struct {
	const char *plain;
	enum node_kind kind;
	const char *value;
} samples[] = {
	{"", NODE_NULL, "null"},
	{"~", NODE_NULL, "null"},
	{"nullable", NODE_STR, "nullable"},
	{"True", NODE_BOOL, "true"},
	{"yes", NODE_STR, "yes"},
	{"010", NODE_INT, "8"},
	{"0o10", NODE_INT, "8"},
	{"0x1F", NODE_INT, "31"},
	{"-0b11", NODE_INT, "-3"},
	{"1_000", NODE_INT, "1000"},
	{"18446744073709551615", NODE_INT, "18446744073709551615"},
	{"08", NODE_FLOAT, "8"},
	{"1.10", NODE_FLOAT, "1.1"},
	{"1e3", NODE_FLOAT, "1000"},
	{"1000000.0", NODE_FLOAT, "1e+06"},
	{"1e30", NODE_FLOAT, "1e+30"},
	{"0.00001", NODE_FLOAT, "1e-05"},
	{"0.0", NODE_FLOAT, "0"},
	{".5", NODE_FLOAT, "0.5"},
	{"123456.5", NODE_FLOAT, "123456.5"},
	{"-.inf", NODE_FLOAT, "-.inf"},
	{"1.2.3", NODE_STR, "1.2.3"},
	{"80:80", NODE_STR, "80:80"},
	{"2024-01-01", NODE_STR, "2024-01-01"},
	{"-", NODE_STR, "-"},
	{".", NODE_STR, "."},
	{"0x", NODE_STR, "0x"},
	{"+", NODE_STR, "+"},
};

TEST(scalar_reads_what_go_reads)
{
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const char *value;

		assert_int_equal(scalar_resolve(&arena, samples[i].plain, &value),
			samples[i].kind);
		assert_string_equal(value, samples[i].value);
	}
	arena_finish(&arena);
}

TEST(scalar_writes_single_precision_shortly)
{
	struct arena arena = {0};

	assert_string_equal(scalar_float_text(&arena, 0.1f, 32), "0.1");
	assert_string_equal(scalar_float_text(&arena, 1.5, 32), "1.5");
	arena_finish(&arena);
}
