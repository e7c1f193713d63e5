/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the model to what is sent: bodies of POST /containers/create, /networks/create, /volumes/create and
 * /networks/{id}/connect (compose.md 2.2 to 2.9, 4.1). Inside compose/planner/ only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct draft;
struct endpoint;
struct err;
struct network;
struct node;
struct observed_container;
struct plan_file;
struct project;
struct run_wish;
struct service;
struct str;
struct strings;
struct volume;

/* One container that is to be made. */
struct container_spec {
	const struct service *service;
	const char *name;           /* the final one: aliases and links use it */
	int64_t number;             /* 0: a one-off */
	const struct run_wish *run; /* NULL: not a one-off */
	const char *slug;           /* of a one-off */
	const struct observed_container *old; /* is replaced; NULL: none */
	bool inherit_volumes;                 /* the old one's anonymous volumes */
	const char *image_digest;             /* text or slot; NULL: unknown */
	const char *resolv; /* its resolv.conf on the engine's host, a slot; NULL: none */
};

/* NULL: the service asks for what cannot be sent; err has the place. */
const struct node *body_container(
	const struct draft *draft, const struct container_spec *spec, struct err *err);

/* What a container needs beyond its create call: endpoints below API 1.44, in attach order. */
struct node *body_connect(const struct draft *draft, const struct container_spec *spec,
	const struct endpoint *endpoint);
bool body_connects_later(const struct draft *draft, const struct service *service);

struct node *body_network(struct arena *arena, const struct project *project,
	const struct network *network);
struct node *body_connect_again(struct arena *arena,
	const struct observed_container *container, const char *network);
struct node *body_disconnect(
	struct arena *arena, const struct observed_container *container);
struct node *body_volume(
	struct arena *arena, const struct project *project, const struct volume *volume);

/* A network as the engine has it, to be made again: what undoing a network's recreate sends. */
struct node *body_network_again(struct arena *arena, const struct node *observed);

/* Configs and secrets that are put into the container; false: one has no value (4.6). */
bool contents_files(const struct draft *draft, const struct service *service,
	const struct plan_file **out_files, size_t *out_nfiles, struct err *err);

/* The davit.state label (DESIGN.md), with digests keyed for a container of this name. */
const char *contents_state(const struct draft *draft, const struct service *service,
	const char *name, const struct observed_container *old);

/* Which contents differ from what the container's label remembers: "config nginx.conf content changed". */
void contents_changes(const struct draft *draft, const struct service *service,
	const struct observed_container *old, struct strings *out);

/* Why a container's configuration is not the wanted one, in Compose's words; "" when nothing is seen. */
void diff_container(struct str *out, const struct draft *draft, const struct node *body,
	const struct observed_container *old);

/* The parts of a body that body.c puts together; each file adds its own. */
struct body_parts {
	const struct draft *draft;
	const struct container_spec *spec;
	struct node *config; /* top level of the body */
	struct node *host;   /* HostConfig */
};
bool body_add_host(struct body_parts *parts, struct err *err);
bool body_add_mounts(struct body_parts *parts, struct err *err);
bool body_add_networks(struct body_parts *parts, struct err *err);
void body_add_labels(struct body_parts *parts);

/* The table of what is copied from the service as it is; also what diff_container walks. */
enum row_kind {
	ROW_TEXT,
	ROW_TEXTS,
	ROW_I64,  /* not sent when 0 */
	ROW_BOOL, /* not sent when false */
	ROW_OPT_BOOL,
	ROW_PAIRS,
	ROW_BUILT, /* made by a body_add_ function; here only for the words */
};

enum row_flags {
	ROW_HOST = 1 << 0,          /* stands in HostConfig, else at the top */
	ROW_IMAGE_MAY_SET = 1 << 1, /* or the engine: not wanted means not compared */
	ROW_SET_EMPTY = 1 << 2,     /* a set but empty list is sent */
	ROW_EACH = 1 << 3,          /* a map whose keys are compared one by one */
	ROW_LOOSE = 1 << 4,         /* its values are shown as "changed" */
	ROW_UNORDERED = 1 << 5,     /* a list whose order says nothing */
};

struct body_row {
	const char *key;  /* Compose's */
	const char *name; /* the engine's */
	enum row_kind kind;
	unsigned flags;
	size_t offset; /* into struct service */
};

const struct body_row *body_rows(size_t *out_nrows);
void body_add_rows(struct body_parts *parts);

/* Bits of nodes that all parts make. */
struct node *texts_node(struct arena *arena, const struct strings *strings);
struct pairs;
struct node *pairs_node(struct arena *arena, const struct pairs *pairs);
struct node *assignments_node(struct arena *arena,
	const struct pairs *pairs); /* a list of "K=V"; "K" for NULL */
struct node *slot_node(
	struct arena *arena, const char *text); /* marked when it holds a slot */
