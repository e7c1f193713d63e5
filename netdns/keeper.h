/* SPDX-License-Identifier: Apache-2.0 */
/* The role priv: answers what watch may ask of it (netdns/priv.h), and nothing else. It parses nothing but that. */
#pragma once

#include <stdint.h>

#include "netdns/priv.h"

struct keeper;
struct uv_loop_s;

struct keeper_opts {
	int watch;                     /* our end of the channel; stays the caller's */
	const char *engine;            /* path of its socket; NULL: none is asked */
	const char *control;           /* of the control socket; NULL: none */
	const char *files[PRIV_FILES]; /* NULL: not to be had */
	uint16_t port;
	void (*ended)(void *data); /* watch has gone, or talks nonsense */
	void *data;
};

/* opts is copied, what it points to borrowed. */
struct keeper *keeper_new(struct uv_loop_s *loop, const struct keeper_opts *opts);

/* Takes the control socket away, unless it is another's. Memory goes when the loop has turned once more. */
void keeper_free(struct keeper *keeper);
