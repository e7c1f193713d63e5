/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an artifact in a directory. It is made whole before it has its name; what others have done to it since
 * is put right again, and everything else that is in it is left alone.
 */
#pragma once

#include <stdbool.h>

struct arena;
struct artifact;
struct artifact_piece;
struct err;
struct str;

/* Where the blobs come from. */
struct store_source {
	void *ctx;
	/* Appends it; size and digest are checked by whoever asks. */
	bool (*get)(void *ctx, const struct artifact_piece *piece, struct str *out,
		struct err *err);
};

bool store_artifact(struct arena *arena, const struct artifact *artifact,
	const struct store_source *source, const char *dir, struct err *err);
