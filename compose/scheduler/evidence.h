/* SPDX-License-Identifier: Apache-2.0 */
/* Why a container did not become what was waited for: its last probe, its death, its last
 * lines. */
#pragma once

struct uv_loop_s;
struct engine;
struct err;
struct node;

#define EVIDENCE_LINES "20"

enum {
	EVIDENCE_LOG_BYTES = 1200,
	EVIDENCE_PROBE_BYTES = 300,
	EVIDENCE_TIMEOUT_MS = 1000, /* for the lines; what came by then is shown */
};

struct evidence;

struct evidence_opts {
	struct uv_loop_s *loop;
	struct engine *engine;
	const struct node
		*inspect; /* of the container; read before evidence_collect returns */
	const struct err *err; /* the failure; copied */
	/* Gets the failure with what was found after it. The evidence is then gone. */
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
};

struct evidence *evidence_collect(const struct evidence_opts *opts);
void evidence_free(
	struct evidence *evidence); /* before done: gives it up; accepts NULL */
