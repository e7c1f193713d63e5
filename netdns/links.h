/* SPDX-License-Identifier: Apache-2.0 */
/* The host's interfaces and their addresses, as the kernel tells of them (rtnetlink). The one file that knows libnl. */
#pragma once

#include <stdbool.h>

struct arena;
struct err;
struct links;
struct strings;
struct uv_loop_s;

/* changed is called from the loop after an interface or an address has come, gone or become something else. */
struct links *links_new(
	struct uv_loop_s *loop, void (*changed)(void *data), void *data, struct err *err);

/* Memory goes when the loop has turned once more. */
void links_free(struct links *links);

/*
 * Its addresses with their prefix ("10.1.0.1/24"), sorted, that can be listened on: neither
 * link-local ones nor those that somebody else has too. False: there is no such interface.
 */
bool links_addresses(const struct links *links, const char *name, struct arena *arena,
	struct strings *out);

/* Those of all interfaces, without their prefixes. */
void links_host(const struct links *links, struct arena *arena, struct strings *out);

/* The kernel's number of it; 0: there is none. */
int links_index(const char *name);
