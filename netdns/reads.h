/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is ever asked of the engine. Whoever reads its replies names one of these; who holds its socket writes the
 * request, so that what the engine tells can never make us ask it for anything else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct str;

enum read_kind {
	READ_EVENTS, /* what: since when, "1764000000.000000000" of the engine's clock */
	READ_CONTAINERS, /* what: "" */
	READ_CONTAINER,  /* what: its id */
	READ_NETWORKS,   /* what: "" for all, or an id */
	READ_KINDS,
};

/* The request, whole (RFC 9112). False, and nothing written, for what is no such question. */
bool read_print(struct str *out, uint32_t kind, const char *what);
