/* SPDX-License-Identifier: Apache-2.0 */
/* How docker writes the facts about a container: ages, ports, shortened texts. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct node;

/* "3 seconds", "About a minute", "2 weeks" */
const char *cell_duration(struct arena *arena, int64_t seconds);

/* At most max characters, the last of which is "…". */
const char *cell_shortened(struct arena *arena, const char *text, size_t max);

/* In double quotes, with escapes as Go's strconv.Quote has them. */
const char *cell_quoted(struct arena *arena, const char *text);

/* The list entry's Ports: "127.0.0.1:8001->8000/tcp, 80-81/tcp". */
const char *cell_ports(struct arena *arena, const struct node *ports);

/* "a=b,c=d" */
const char *cell_labels(struct arena *arena, const struct node *labels);

/* Unix seconds as Go prints a time: "2026-11-24 06:00:00 +0000 UTC", in UTC. */
const char *cell_time(struct arena *arena, int64_t seconds);
