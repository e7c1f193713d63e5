/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that nobody here may call, because they cannot be called safely or hide an error. Forced
 * into every file by the build (-include).
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Some libraries have macros of these, for checks of sizes. */
#undef sprintf
#undef vsprintf

#define strcpy(...) davit_banned_strcpy_use_arena_strdup
#define strcat(...) davit_banned_strcat_use_str
#define strncpy(...) davit_banned_strncpy_use_arena_strndup
#define strncat(...) davit_banned_strncat_use_str
#define sprintf(...) davit_banned_sprintf_use_snprintf
#define vsprintf(...) davit_banned_vsprintf_use_vsnprintf
#define strtok(...) davit_banned_strtok_use_a_cursor
#define atoi(...) davit_banned_atoi_use_parse_i64
#define atol(...) davit_banned_atol_use_parse_i64
#define gmtime(...) davit_banned_gmtime_use_gmtime_r
#define localtime(...) davit_banned_localtime_use_localtime_r
