/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/known.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { ROSTER_ROOM = 16, ID_CHARS_MIN = 12 };

static void known_free(struct known *known)
{
	arena_finish(&known->arena);
	free(known);
}

void roster_finish(struct roster *roster)
{
	for (size_t i = 0; i < roster->n; i++)
		known_free(roster->items[i]);
	free(roster->items);
	*roster = (struct roster){0};
}

/* Where an id stands, or would stand. */
static size_t place_of(const struct roster *roster, const char *id)
{
	size_t from = 0;
	size_t to = roster->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(roster->items[middle]->id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct known *at(const struct roster *roster, size_t place, const char *id)
{
	return place < roster->n && text_eq(roster->items[place]->id, id)
		? roster->items[place]
		: NULL;
}

struct known *roster_find(const struct roster *roster, const char *id)
{
	return at(roster, place_of(roster, id), id);
}

struct known *roster_take(struct roster *roster, const char *id)
{
	size_t place = place_of(roster, id);
	struct known *known = at(roster, place, id);

	if (known)
		return known;
	if (roster->n == roster->room) {
		roster->room = roster->room ? roster->room * 2 : ROSTER_ROOM;
		roster->items =
			xrealloc(roster->items, roster->room * sizeof(*roster->items));
	}
	memmove(roster->items + place + 1, roster->items + place,
		(roster->n - place) * sizeof(*roster->items));
	known = xalloc(sizeof(*known));
	snprintf(known->id, sizeof(known->id), "%s", id);
	roster->items[place] = known;
	roster->n++;
	return known;
}

void roster_remove(struct roster *roster, struct known *known)
{
	size_t place = place_of(roster, known->id);

	memmove(roster->items + place, roster->items + place + 1,
		(roster->n - place - 1) * sizeof(*roster->items));
	roster->n--;
	known_free(known);
}

static const char *name_of(const struct known *known)
{
	return known->is_network ? known->network.in.name : known->container.in.name;
}

struct known *roster_search(const struct roster *roster, const char *text)
{
	size_t place = place_of(roster, text);

	if (strlen(text) >= ID_CHARS_MIN && place < roster->n &&
		text_starts(roster->items[place]->id, text))
		return roster->items[place];
	for (size_t i = 0; i < roster->n; i++)
		if (roster->items[i]->told && text_eq(name_of(roster->items[i]), text))
			return roster->items[i];
	return NULL;
}

bool known_set(struct known *known, const struct node *json)
{
	struct arena scratch = {0};
	struct arena fresh = {0};
	struct told_network network;
	struct told_container container;
	bool ok;

	if (known->is_network) {
		ok = told_network_read(&scratch, json, &network);
		if (ok)
			told_network_keep(&fresh, &network, &known->network);
	} else {
		ok = told_container_read(&scratch, json, &container);
		if (ok)
			told_container_keep(&fresh, &container, &known->container);
	}
	arena_finish(&scratch);
	if (!ok)
		return false;
	arena_finish(&known->arena);
	known->arena = fresh;
	known->told = true;
	return true;
}

bool known_drains(const struct known *known, int64_t now_ms)
{
	uint64_t stops =
		(uint64_t)1 << known->container.stop_signal | (uint64_t)1 << SIGKILL;

	return known->killed & stops || known->asked_end_ms > now_ms;
}
