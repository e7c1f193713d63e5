/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON; what is read must print, and read again. */

#include <assert.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct node *node;
	struct str text = {0};
	struct err err = {0};

	if (!json_parse(arena, data, len, &node, &err))
		return;
	json_print(&text, node, JSON_INDENT | JSON_HTML);
	assert(json_parse(arena, str_text(&text), text.len, &node, &err));
	str_finish(&text);
}
