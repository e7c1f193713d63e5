/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine tells of its networks, containers and events, and what the labels on them tell us, as plain values;
 * and the zone's input made of them. All of it is pure: text in, values out, in the caller's arena. What is missing or of
 * another kind than expected counts as not told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/texts.h"
#include "netdns/zone-input.h"

struct arena;
struct err;
struct node;

enum { TOLD_ID_BYTES = 64 };

enum dns_mode { DNS_OFF, DNS_ASSIST, DNS_AUTHORITATIVE, DNS_DIRECT };

/* "off", "assist", …; NULL for no mode. */
const char *dns_mode_word(enum dns_mode mode);

struct told_network {
	const char *id;
	const char *driver;
	struct input_network
		in;         /* without addresses; bridge: of the bridge driver only */
	enum dns_mode mode; /* by its own label */
};

/* A network that a container's label names, by the engine's name. */
struct told_mode {
	const char *network;
	enum dns_mode mode;
};

struct told_container {
	struct input_container in; /* on all its networks */
	int stop_signal;
	const char *domain; /* NULL: not said */
	struct told_mode *modes;
	size_t nmodes;
	bool label_broken;
};

/* From GET /networks/ID, or an item of GET /networks. False for what is no such thing. */
bool told_network_read(
	struct arena *arena, const struct node *json, struct told_network *out);

/* From GET /containers/ID/json. */
bool told_container_read(
	struct arena *arena, const struct node *json, struct told_container *out);

/* A copy that needs nothing of what it was read from. */
void told_network_keep(
	struct arena *arena, const struct told_network *in, struct told_network *out);
void told_container_keep(
	struct arena *arena, const struct told_container *in, struct told_container *out);

/* What is to be done about an event. */
enum told_kind {
	TOLD_NOTHING,
	TOLD_CONTAINER, /* read `container` again */
	TOLD_STARTED,   /* the same, and all that was before is over */
	TOLD_DIED,      /* the same, and it runs no more */
	TOLD_KILLED,    /* `container` was sent `signal` */
	TOLD_GONE,      /* `container` is no more */
	TOLD_NETWORK,   /* read `network` again */
	TOLD_NETWORK_GONE,
};

struct told_event {
	enum told_kind kind;
	const char *container;
	const char *network;
	int signal;
	int64_t nano; /* when, in ns of the engine's clock; 0: not told */
};

/* One event's JSON text. */
bool told_event_read(struct arena *arena, const char *text, size_t len,
	struct told_event *out, struct err *err);

/* The filters of GET /events, so that most others are not sent at all; JSON. */
extern const char told_filters[];

/* An id may stand in a request's path. */
bool told_is_id(const char *text);

/*
 * What a zone is made from: managed networks, with their mode, and the containers on them. The networks' addresses
 * are for the caller to add. Both lists are in the order in which they come; `out_modes` goes with out->networks.
 */
struct told {
	const struct told_network *const *networks;
	size_t nnetworks;
	const struct told_container *const *containers;
	size_t ncontainers;
};

void told_input(struct arena *arena, const struct told *told, struct zone_input *out,
	enum dns_mode **out_modes);
