/* SPDX-License-Identifier: Apache-2.0 */
/* Writes single facts the way docker's tables have them. */
#include "cmd/cells.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
	MONTH = 30 * DAY,
	YEAR = 365 * DAY,
};

/* go-units HumanDuration: each unit holds until two of the next one are full. */
const char *cell_duration(struct arena *arena, int64_t seconds)
{
	int64_t hours = (seconds + HOUR / 2) / HOUR;

	if (seconds < 1)
		return "Less than a second";
	if (seconds == 1)
		return "1 second";
	if (seconds < MINUTE)
		return arena_printf(arena, "%" PRId64 " seconds", seconds);
	if (seconds < 2 * MINUTE)
		return "About a minute";
	if (seconds < HOUR)
		return arena_printf(arena, "%" PRId64 " minutes", seconds / MINUTE);
	if (hours == 1)
		return "About an hour";
	if (hours < 48)
		return arena_printf(arena, "%" PRId64 " hours", hours);
	if (hours < 2 * WEEK / HOUR)
		return arena_printf(arena, "%" PRId64 " days", hours / 24);
	if (hours < 2 * MONTH / HOUR)
		return arena_printf(arena, "%" PRId64 " weeks", hours / 24 / 7);
	if (hours < 2 * YEAR / HOUR)
		return arena_printf(arena, "%" PRId64 " months", hours / 24 / 30);
	return arena_printf(arena, "%" PRId64 " years", seconds / YEAR);
}

/* The bytes of the first n characters. */
static size_t prefix_bytes(const char *text, size_t n)
{
	size_t i = 0;

	for (; text[i]; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

const char *cell_shortened(struct arena *arena, const char *text, size_t max)
{
	if (!text[prefix_bytes(text, max)])
		return text;
	return arena_printf(arena, "%.*s…", (int)prefix_bytes(text, max - 1), text);
}

const char *cell_quoted(struct arena *arena, const char *text)
{
	auto_str quoted = {0};

	str_add_c(&quoted, '"');
	for (; *text; text++) {
		const char *named = strchr("\a\b\f\n\r\t\v", *text);

		if (*text == '"' || *text == '\\')
			str_printf(&quoted, "\\%c", *text);
		else if (named && *named)
			str_printf(&quoted, "\\%c",
				"abfnrtv"[named - strchr("\a\b\f\n\r\t\v", '\a')]);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			str_printf(&quoted, "\\x%02x", (unsigned char)*text);
		else
			str_add_c(&quoted, *text);
	}
	str_add_c(&quoted, '"');
	return arena_strdup(arena, str_text(&quoted));
}

struct port_cell {
	const char *ip;
	int64_t inner;
	int64_t outer;
	const char *protocol;
};

static int compare_ports(const void *a, const void *b)
{
	const struct port_cell *x = a, *y = b;
	int ip = strcmp(x->ip, y->ip);

	if (x->inner != y->inner)
		return x->inner < y->inner ? -1 : 1;
	if (ip != 0)
		return ip;
	if (x->outer != y->outer)
		return x->outer < y->outer ? -1 : 1;
	return strcmp(x->protocol, y->protocol);
}

/* Neighbouring ports of one kind: "0.0.0.0:80-81->80-81/tcp". */
struct port_group {
	const struct port_cell *first;
	int64_t last;
};

static void add_item(struct str *str)
{
	if (str->len > 0)
		str_add(str, ", ");
}

/* net.JoinHostPort: an address with colons stands in brackets. */
static void add_host(struct str *str, const char *ip)
{
	str_printf(str, strchr(ip, ':') ? "[%s]:" : "%s:", ip);
}

static void add_group(struct str *str, const struct port_group *group)
{
	auto_str range = {0};

	str_printf(&range, "%" PRId64, group->first->inner);
	if (group->last != group->first->inner)
		str_printf(&range, "-%" PRId64, group->last);
	add_item(str);
	if (*group->first->ip) {
		add_host(str, group->first->ip);
		str_printf(str, "%s->", range.text);
	}
	str_printf(str, "%s/%s", range.text, group->first->protocol);
}

static struct port_group *find_group(
	struct port_group *groups, size_t ngroups, const struct port_cell *port)
{
	for (size_t i = 0; i < ngroups; i++)
		if (!strcmp(groups[i].first->ip, port->ip) &&
			!strcmp(groups[i].first->protocol, port->protocol))
			return &groups[i];
	return NULL;
}

/* As docker's DisplayablePorts: groups that were broken off, open groups, then what is mapped elsewhere. */
static void add_ports(
	struct arena *arena, struct str *str, const struct port_cell *ports, size_t n)
{
	struct port_group *groups = ARENA_NEW_N(arena, n + 1, struct port_group);
	size_t ngroups = 0;
	auto_str mapped = {0};

	for (size_t i = 0; i < n; i++) {
		struct port_group *group = find_group(groups, ngroups, &ports[i]);

		if (*ports[i].ip && ports[i].outer != ports[i].inner) {
			add_item(&mapped);
			add_host(&mapped, ports[i].ip);
			str_printf(&mapped, "%" PRId64 "->%" PRId64 "/%s", ports[i].outer,
				ports[i].inner, ports[i].protocol);
		} else if (!group) {
			groups[ngroups++] =
				(struct port_group){&ports[i], ports[i].inner};
		} else if (ports[i].inner == group->last + 1) {
			group->last = ports[i].inner;
		} else {
			add_group(str, group);
			*group = (struct port_group){&ports[i], ports[i].inner};
		}
	}
	for (size_t i = 0; i < ngroups; i++)
		add_group(str, &groups[i]);
	if (mapped.len > 0)
		add_item(str);
	str_add(str, str_text(&mapped));
}

const char *cell_ports(struct arena *arena, const struct node *ports)
{
	size_t n = ports && ports->kind == NODE_LIST ? ports->nitems : 0;
	struct port_cell *cells = ARENA_NEW_N(arena, n + 1, struct port_cell);
	auto_str text = {0};

	for (size_t i = 0; i < n; i++) {
		const struct node *port = ports->items[i];
		const char *ip = node_get_text(port, "IP"),
			   *type = node_get_text(port, "Type");

		cells[i] = (struct port_cell){
			.ip = ip ? ip : "",
			.inner = node_get_int(port, "PrivatePort", 0),
			.outer = node_get_int(port, "PublicPort", 0),
			.protocol = type ? type : "tcp",
		};
	}
	qsort(cells, n, sizeof(*cells), compare_ports);
	add_ports(arena, &text, cells, n);
	return arena_strdup(arena, str_text(&text));
}

const char *cell_labels(struct arena *arena, const struct node *labels)
{
	auto_str text = {0};

	for (size_t i = 0; labels && labels->kind == NODE_MAP && i < labels->npairs;
		i++) {
		const char *value = labels->pairs[i].value->text;

		str_printf(&text, "%s%s=%s", i ? "," : "", labels->pairs[i].key,
			value ? value : "");
	}
	return arena_strdup(arena, str_text(&text));
}

const char *cell_time(struct arena *arena, int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm tm;
	char text[64];

	gmtime_r(&time, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S +0000 UTC", &tm);
	return arena_strdup(arena, text);
}
