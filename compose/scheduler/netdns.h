/* SPDX-License-Identifier: Apache-2.0 */
/* What containers of netdns' image have in common. Inside this folder only. */
#pragma once

struct arena;
struct netdns_opts;
struct node;

#define NETDNS_USER_LABEL "davit.dns"

const char *netdns_image(struct arena *arena, const struct netdns_opts *opts);
const char *netdns_entry(struct arena *arena, const struct netdns_opts *opts);

/* A list of texts, NULL at the end of items. */
struct node *netdns_texts(struct arena *arena, const char *const *items);
