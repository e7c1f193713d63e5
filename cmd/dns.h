/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands know of netdns, the name server: where it is, which one, and whether it can run for this engine. */
#pragma once

#include <stdbool.h>

struct app;
struct netdns_opts;
struct observed;
struct wish;

/* Does anybody ask for names: a flag, a variable, the file? Then one list more is needed. */
bool dns_is_wished(const struct app *app);

/* Has anything of these containers to do with netdns? */
bool dns_is_there(const struct observed *observed);

/* What a plan has to know; after app_connect. Reads nothing where nobody asks for names, or starts who did. */
void dns_wish_fill(struct app *app, const struct observed *observed, struct wish *out);

/* Where its control socket is. */
const char *netdns_directory(const struct app *app);

/* How it is started and asked; NULL: it cannot run for this engine. In the app's arena. */
const struct netdns_opts *app_netdns(struct app *app);
