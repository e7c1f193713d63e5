/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TEST(subject_does_what_when) { ... } — one unit test; it registers itself, and the main() of test.c
 * runs all tests of its executable with cmocka.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void test_register(const char *name, void (*run)(void **state));

#define TEST(name)                                                          \
	static void test_##name(void **state);                              \
	__attribute__((constructor)) static void test_register_##name(void) \
	{                                                                   \
		test_register(#name, test_##name);                          \
	}                                                                   \
	static void test_##name(void **state __attribute__((unused)))
