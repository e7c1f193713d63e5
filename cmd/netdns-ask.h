/* SPDX-License-Identifier: Apache-2.0 */
/* Questions of commands to netdns, over its control socket (doc/dns.md). */
#pragma once

#include <stdbool.h>

struct app;
struct node;

/* A request that a member can be added to. */
struct node *netdns_request(struct app *app, const char *what);

/* The reply, in the app's arena. NULL: the error was shown. */
const struct node *netdns_ask(struct app *app, const struct node *request);

/* What it says of itself now. NULL: it does not run; nothing was shown. */
const struct node *netdns_peek(struct app *app);

/*
 * What it says of itself once it has read the engine; one that has just been started is waited for. NULL: it was not
 * heard in time; nothing was shown.
 */
const struct node *netdns_status(struct app *app);
