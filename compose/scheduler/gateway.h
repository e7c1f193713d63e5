/* SPDX-License-Identifier: Apache-2.0 */
/* The address of the host on a network of the engine. */
#pragma once

struct arena;
struct node;

/*
 * From the network's inspect, or where that does not say (it was made with only a subnet)
 * from the bridge itself, which works when the engine is on this host. NULL: unknown. In
 * the arena.
 */
const char *gateway_of(struct arena *arena, const struct node *inspect);
