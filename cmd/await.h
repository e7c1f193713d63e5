/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One engine call as one blocking step of a command: start the call with await_reply and
 * a struct await as its context, then await_call.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct app;
struct arena;
struct node;
struct reply;

struct await {
	struct arena *arena; /* where body is kept; NULL: it is not */
	bool done;
	bool failed;
	int status;
	const struct node *body;
	struct err err;
};

/* An engine_done. */
void await_reply(void *ctx, const struct reply *reply);

/* Runs the loop until the reply has come. False: it was an error, now in err. */
bool await_call(struct app *app, struct await *await, struct err *err);
