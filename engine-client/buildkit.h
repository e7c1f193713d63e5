/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BuildKit tells of a build's progress, out of the records of engine_build with
 * `version=2`: protobuf (moby.buildkit.v1.StatusResponse,
 * api/services/control/control.proto) in base64 in the aux of the id
 * "moby.buildkit.trace".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct node;

/* One step, told again with what is new whenever it changes. Times are Unix milliseconds;
 * 0: not yet. */
struct buildkit_vertex {
	const char *digest; /* what the others name it by */
	const char *name;   /* "[2/3] RUN make" */
	int64_t started_ms;
	int64_t completed_ms;
	bool cached;
	const char *error; /* NULL: none */
};

/* How far a part of a step is, in bytes mostly; total 0: unknown. */
struct buildkit_progress {
	const char *vertex;
	const char *id; /* "extracting sha256:.." */
	int64_t current;
	int64_t total;
	int64_t started_ms;
	int64_t completed_ms;
};

struct buildkit_log {
	const char *vertex;
	int fd; /* 1 or 2 */
	const char *data;
	size_t len;
};

struct buildkit_warning {
	const char *vertex;
	const char *text;
	const char *url; /* NULL: none */
};

struct buildkit_update {
	struct buildkit_vertex *vertexes;
	size_t nvertexes;
	struct buildkit_progress *progress;
	size_t nprogress;
	struct buildkit_log *logs;
	size_t nlogs;
	struct buildkit_warning *warnings;
	size_t nwarnings;
};

bool buildkit_is_trace(const struct node *record);

/* Decodes a record that buildkit_is_trace. Everything in out is in the arena. Fails on
 * broken bytes. */
bool buildkit_decode(struct arena *arena, const struct node *record,
	struct buildkit_update *out, struct err *err);

/* The id of the image in a record of either builder ("sha256:.."), or NULL. It lives as
 * long as the record. */
const char *build_image_id(const struct node *record);
