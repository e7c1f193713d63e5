/* SPDX-License-Identifier: Apache-2.0 */
/* A question on standard error that is answered on standard input. */
#pragma once

#include <stdbool.h>

struct app;
struct err;

/*
 * preset: what somebody at a terminal says who just presses Return. Nobody is a no. False: it is no, and err says so.
 * One line is read and not a byte more.
 */
bool app_ask(struct app *app, const char *question, bool preset, struct err *err);
