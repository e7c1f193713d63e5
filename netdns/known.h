/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one network or container of the engine, and lists of them by id. Memory only: feed.c fills it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "netdns/told.h"

struct feed;
struct fetch;
struct node;

struct known {
	char id[TOLD_ID_BYTES + 1];
	bool is_network;
	bool told; /* it has been read: network or container says what */
	struct told_network network;
	struct told_container container;
	struct arena arena; /* of what was told */

	/* Reading it. */
	struct feed *feed;   /* borrowed */
	struct fetch *fetch; /* on its way; NULL: none */
	struct known *next;  /* that are to be read */
	bool waits;          /* in the list of those */
	bool stale;          /* something has happened to it since it was asked for */
	unsigned failures;   /* to read it, one after the other */

	/* Why a container drains. */
	uint64_t killed; /* 1 << signal, for each that it was sent since it started */
	int64_t asked_end_ms; /* of the loop: until when somebody has asked for it; 0: nobody */
};

/* Sorted by id. */
struct roster {
	struct known **items;
	size_t n;
	size_t room;
};

void roster_finish(struct roster *roster);

/* NULL when it is not there; _take makes it. */
struct known *roster_find(const struct roster *roster, const char *id);
struct known *roster_take(struct roster *roster, const char *id);
void roster_remove(struct roster *roster, struct known *known);

/* As people name one: by its id, the beginning of it (12 at least), or its name. */
struct known *roster_search(const struct roster *roster, const char *text);

/* Replaces what was told; what was said before is kept when it is no such thing. */
bool known_set(struct known *known, const struct node *json);

/* By its own stop signal, by KILL, or because somebody asks for it. */
bool known_drains(const struct known *known, int64_t now_ms);
