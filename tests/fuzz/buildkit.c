/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the protobuf of a BuildKit record. */

#include "engine-client/buildkit.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/base64.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct node *record = node_map(arena);
	struct buildkit_update update;
	struct err err = {0};
	auto_str aux = {0};

	base64_encode(&aux, data, len, false);
	node_set_text(arena, record, "aux", arena_strdup(arena, str_text(&aux)));
	buildkit_decode(arena, record, &update, &err);
	build_image_id(record);
}
