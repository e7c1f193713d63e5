/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/reads.h"

#include <string.h>

#include "base/str.h"
#include "netdns/told.h"

enum { SINCE_MAX_CHARS = 32 };

static bool is_nothing(const char *what)
{
	return !*what;
}

static bool is_id_or_nothing(const char *what)
{
	return !*what || told_is_id(what);
}

static bool is_time(const char *what)
{
	size_t digits = strspn(what, "0123456789");
	const char *rest = what + digits + (digits && what[digits] == '.');

	return digits && strlen(what) <= SINCE_MAX_CHARS &&
		!rest[strspn(rest, "0123456789")];
}

struct row {
	const char *before;
	const char *between; /* only if there is a `what` */
	const char *after;
	bool (*takes)(const char *what);
	bool filtered;
};

static const struct row rows[READ_KINDS] = {
	[READ_EVENTS] = {"/events?since=", "", "&filters=", is_time, true},
	[READ_CONTAINERS] = {"/containers/json?all=1", "", "", is_nothing, false},
	[READ_CONTAINER] = {"/containers/", "", "/json", told_is_id, false},
	[READ_NETWORKS] = {"/networks", "/", "", is_id_or_nothing, false},
};

static void add_encoded(struct str *str, const char *text)
{
	for (; *text; text++)
		if (strchr("{}\":,", *text))
			str_printf(str, "%%%02X", (unsigned)(unsigned char)*text);
		else
			str_add_c(str, *text);
}

bool read_print(struct str *out, uint32_t kind, const char *what)
{
	const struct row *row;

	if (kind >= READ_KINDS || !rows[kind].takes(what))
		return false;
	row = &rows[kind];
	str_printf(out, "GET %s%s%s%s", row->before, *what ? row->between : "", what,
		row->after);
	if (row->filtered)
		add_encoded(out, told_filters);
	str_add(out, " HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n");
	return true;
}
