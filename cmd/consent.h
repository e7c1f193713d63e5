/* SPDX-License-Identifier: Apache-2.0 */
/* Whether people mean to run what somebody else wrote, with their own variables in it. */
#pragma once

#include <stdbool.h>

struct app;
struct err;

/*
 * Where the first file is from elsewhere: says where its project is kept, shows the variables that stand in it, and
 * asks. yes: the answer is known. False: it is no, or there was an error; err has it unless it was shown.
 */
bool consent(struct app *app, bool yes, struct err *err);
