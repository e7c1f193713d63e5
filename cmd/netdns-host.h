/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the zone on the host itself: systemd-resolved is told to ask the gateways for them (resolvectl(1)). */
#pragma once

struct app;
struct node;

/*
 * For each network that netdns listens on, where it answers the host at all (status: what it says of itself; NULL:
 * nothing). Without resolvectl nothing is done; what it refuses is warned of.
 */
void netdns_route_host(struct app *app, const struct node *status);

/* Takes that back. */
void netdns_unroute_host(struct app *app, const struct node *status);
