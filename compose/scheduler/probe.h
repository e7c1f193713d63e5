/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does netdns answer inside of a network? The way from a container to the host is the one that firewalls close, so a
 * short-lived container of netdns' own image stands where those stand who ask.
 */
#pragma once

#include <stdbool.h>

struct engine;
struct err;
struct netdns_opts;
struct node;
struct probe;

struct probe_opts {
	struct engine *engine;
	const struct netdns_opts *netdns; /* borrowed until done */
	const char *network;              /* id or name; these are copied */
	const char *
		name; /* of the network: netdns listens on it from now on, if it did not */
	const char *address;        /* who is asked */
	const struct node *domains; /* about what: one of them is served */
	int timeout_s;              /* of the asking */
};

/* err: it could not be tried. Called once, not from inside; the probe is gone then. */
typedef void probe_done(void *ctx, bool answers, const struct err *err);

struct probe *probe_start(const struct probe_opts *opts, probe_done *done, void *ctx);

/* Gives it up; done is not called. Accepts NULL. */
void probe_free(struct probe *probe);

/*
 * An answer is remembered beside the control socket, since it holds as long as the network and the firewall stay as
 * they are; a silence is forgotten. Who may not write there forgets both.
 */
void probe_remember(
	const struct netdns_opts *netdns, const char *network_id, bool answers);
bool probe_remembers(const char *directory, const char *network_id);
