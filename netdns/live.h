/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resident: the feed and the links on one side, the server on the other, and between them one zone after
 * another. Instead of an engine a zone's file may say what there is (for tests).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct live;
struct node;
struct roles;
struct server;
struct str;
struct upstreams;
struct uv_loop_s;
struct zone_input;

struct live_opts {
	const struct roles *roles; /* copied */
	const char *
		engine; /* its address, for people; NULL: live_set_file says what there is */
	const char *
		host; /* an address of the loopback interface where the host is answered; NULL: none */
	uint16_t port;
	void (*say)(void *data, const char *text); /* for people */
	void (*published)(void *data);             /* a new zone is served */
	void *data;
};

struct live *live_new(
	struct uv_loop_s *loop, const struct live_opts *opts, struct err *err);

/* Memory goes when the loop has turned once more. */
void live_free(struct live *live);

/* Takes over the arena that the input lives in. False and err when an address cannot be had; the zone is served. */
bool live_set_file(struct live *live, struct arena *arena, const struct zone_input *input,
	struct err *err);

void live_set_upstreams(struct live *live, const struct upstreams *upstreams);

/* For one program after another; the rest is netdns/takeover.h. */
struct server *live_server(struct live *live);

size_t live_nlisteners(const struct live *live);

/* Members of the control socket's answers (doc/dns.md). */
void live_status(struct live *live, struct arena *arena, struct node *out);
void live_dump(struct live *live, struct arena *arena, struct node *out);

/* What an asker (an address, or a container; NULL: the host) would be answered. */
struct live_query {
	const char *name;
	const char *type; /* NULL: A */
	const char *from;
};

bool live_ask(struct live *live, struct arena *arena, const struct live_query *query,
	struct node *out, struct err *err);

/* Containers that are to be stopped. Done when it returns. */
bool live_drain(struct live *live, struct arena *arena, const struct node *containers,
	struct node *out, struct err *err);

enum live_ready {
	LIVE_READY,
	LIVE_WAIT,  /* it may still come: err says what is missing */
	LIVE_NEVER, /* err says why */
};

/* Whether all addresses of a network (id or name) are listened on. */
enum live_ready live_ready(struct live *live, struct arena *arena, const char *network,
	struct node *out, struct err *err);
