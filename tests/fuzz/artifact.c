/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a registry's manifest and as what it asks for. What is taken has names of files and sizes with a bound. */
#include "cmd/artifact.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "engine-client/challenge.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct artifact artifact;
	const char *digest;
	struct err err = {0};
	size_t sum = 0;

	challenge_read(arena, arena_strndup(arena, data, len));
	if (!artifact_read(arena, data, len, &artifact, &digest, &err))
		return;
	for (size_t i = 0; i < artifact.nfiles; i++) {
		const struct artifact_file *file = &artifact.files[i];

		assert(!strchr(file->name, '/') && strcmp(file->name, ".."));
		for (size_t j = 0; j < file->npieces; j++) {
			assert(digest_is_sha256(file->pieces[j].digest));
			sum += file->pieces[j].size_bytes;
		}
	}
	assert(sum <= ARTIFACT_FILES_MAX_BYTES);
}
