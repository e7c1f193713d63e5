/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a name, and any bytes as the name of a message: what is read prints, and reads the same again. */

#include "netdns/name.h"

#include <assert.h>

#include "base/arena.h"
#include "base/str.h"
#include "netdns/wire.h"
#include "tests/fuzz/fuzz.h"

static void round_trip(const struct name *name)
{
	struct name again;
	auto_str text = {0};

	name_print(&text, name);
	assert(name_parse(str_text(&text), &again));
	assert(name_equal(name, &again));
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct wire_in in = {.data = (const uint8_t *)data, .len = len, .at = len / 2};
	struct name name;

	if (name_parse(arena_strndup(arena, data, len), &name))
		round_trip(&name);
	name_read(&in, &name);
	round_trip(&name);
}
