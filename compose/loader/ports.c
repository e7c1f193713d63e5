/* SPDX-License-Identifier: Apache-2.0 */
/* Port mappings, as docker's nat package reads them. */
#include "compose/loader/ports.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"

struct range {
	unsigned start, end;
};

struct spec {
	const char *text;
	const char *ip; /* "" when there is none */
	const char *host;
	const char *container;
	const char *protocol;
	struct range hosts, containers;
};

static bool parse_number(const char *text, size_t len, unsigned *out)
{
	unsigned n = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	*out = n;
	return n <= 65535;
}

static bool parse_range(const char *text, struct range *out)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);

	if (!parse_number(text, len, &out->start))
		return false;
	out->end = out->start;
	return !dash ||
		(parse_number(dash + 1, strlen(dash + 1), &out->end) &&
			out->end >= out->start);
}

/* From the right, because addresses hold colons too. */
static void split(struct arena *arena, const char *text, struct spec *out)
{
	char *copy = arena_strdup(arena, text), *colon = strrchr(copy, ':');
	char *slash;

	*out = (struct spec){
		.text = text, .ip = "", .host = "", .container = copy, .protocol = "tcp"};
	if (colon) {
		out->container = colon + 1;
		out->host = copy;
		*colon = '\0';
		colon = strrchr(copy, ':');
	}
	if (colon) {
		out->host = colon + 1;
		out->ip = copy;
		*colon = '\0';
	}
	slash = strchr(out->container, '/');
	if (slash) {
		*slash = '\0';
		if (slash[1])
			out->protocol =
				arena_strndup(arena, slash + 1, strcspn(slash + 1, "/"));
	}
}

static bool check_ip(struct arena *arena, struct spec *spec)
{
	unsigned char address[16];
	size_t len = strlen(spec->ip);

	if (spec->ip[0] != '[')
		return !*spec->ip || inet_pton(AF_INET, spec->ip, address) == 1;
	if (spec->ip[len - 1] != ']')
		return false;
	spec->ip = arena_strndup(arena, spec->ip + 1, len - 2);
	return inet_pton(AF_INET, spec->ip, address) == 1 ||
		inet_pton(AF_INET6, spec->ip, address) == 1;
}

static bool check_protocol(struct arena *arena, struct spec *spec)
{
	static const char *const known[] = {"tcp", "udp", "sctp"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!strcasecmp(spec->protocol, known[i])) {
			spec->protocol = arena_strdup(arena, known[i]);
			return true;
		}
	}
	return false;
}

static bool check(struct arena *arena, struct spec *spec, struct pos pos, struct err *err)
{
	if (!check_ip(arena, spec))
		return err_at(err, pos, "not a port: \"%s\": \"%s\" is no IP address%s",
			spec->text, spec->ip,
			strchr(spec->ip, ':') ? " (one of version 6 is put in [])" : "");
	if (!*spec->container)
		return err_at(err, pos,
			"not a port: \"%s\": no container port at its end", spec->text);
	if (!parse_range(spec->container, &spec->containers))
		return err_at(err, pos,
			"not a port: \"%s\": \"%s\" is no number from 0 to 65535 and no "
			"range of such",
			spec->text, spec->container);
	if (*spec->host && !parse_range(spec->host, &spec->hosts))
		return err_at(err, pos,
			"not a port: \"%s\": \"%s\" is no number from 0 to 65535 and no "
			"range of such",
			spec->text, spec->host);
	if (*spec->host && spec->containers.end != spec->containers.start &&
		spec->containers.end - spec->containers.start !=
			spec->hosts.end - spec->hosts.start)
		return err_at(err, pos,
			"not a port: \"%s\": the ranges %s and %s differ in length",
			spec->text, spec->host, spec->container);
	if (!check_protocol(arena, spec))
		return err_at(err, pos,
			"not a port: \"%s\": the protocol is tcp, udp or sctp, not "
			"\"%s\"",
			spec->text, spec->protocol);
	return true;
}

static struct node *set(struct arena *arena, struct node *map, const char *key,
	enum node_kind kind, const char *text)
{
	struct node *node = node_new(arena, kind, map->pos);

	node->text = text;
	node_set_at(arena, map, key, map->pos, node);
	return node;
}

static const char *published(struct arena *arena, const struct spec *spec, unsigned i)
{
	unsigned first = spec->hosts.start + i;

	if (spec->containers.start == spec->containers.end &&
		spec->hosts.start != spec->hosts.end)
		return arena_printf(arena, "%u-%u", first, spec->hosts.end);
	return arena_printf(arena, "%u", first);
}

static struct node *long_form(
	struct arena *arena, const struct spec *spec, unsigned i, struct pos pos)
{
	struct node *map = node_new(arena, NODE_MAP, pos), *protocol;

	set(arena, map, "mode", NODE_STR, "ingress")->marks |= NODE_DEFAULT;
	if (*spec->ip)
		set(arena, map, "host_ip", NODE_STR, spec->ip);
	set(arena, map, "target", NODE_INT,
		arena_printf(arena, "%u", spec->containers.start + i));
	if (*spec->host)
		set(arena, map, "published", NODE_STR, published(arena, spec, i));
	protocol = set(arena, map, "protocol", NODE_STR, spec->protocol);
	if (!strchr(spec->text, '/'))
		protocol->marks |= NODE_DEFAULT;
	return map;
}

static int by_target_text(const void *a, const void *b)
{
	return strcmp(node_get_text(*(struct node *const *)a, "target"),
		node_get_text(*(struct node *const *)b, "target"));
}

bool ports_parse(struct arena *arena, const char *text, struct pos pos,
	struct node *out_list, struct err *err)
{
	struct spec spec;
	size_t before = out_list->nitems;

	split(arena, text, &spec);
	if (!check(arena, &spec, pos, err))
		return false;
	for (unsigned i = 0; i <= spec.containers.end - spec.containers.start; i++)
		node_push(arena, out_list, long_form(arena, &spec, i, pos));
	/* docker compose keeps them in the order of their texts: 10, 11, 9. */
	qsort(out_list->items + before, out_list->nitems - before,
		sizeof(*out_list->items), by_target_text);
	return true;
}
