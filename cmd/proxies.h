/* SPDX-License-Identifier: Apache-2.0 */
/* The proxies that docker's config.json names for containers and builds. Pure. */
#pragma once

struct arena;
struct node;
struct pairs;

/*
 * As variables, in both cases: HTTP_PROXY and http_proxy. Those for the engine at host, else the default ones. NULL
 * where there are none; config may be NULL.
 */
const struct pairs *proxies_of(
	struct arena *arena, const struct node *config, const char *host);
