/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes docker's multiplexed stream apart: frames of an 8-byte header (stream, 0, 0, 0,
 * length as big-endian 32 bits) and that many bytes (Engine API, "ContainerAttach",
 * stream format).
 *
 * Nothing is kept but an unfinished header: what a frame holds is passed on in the pieces
 * in which it arrives, so a length is never believed, only counted down.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* fd is 1 or 2. */
typedef void frames_data(void *ctx, int fd, const char *data, size_t len);

struct frames {
	unsigned char header[8];
	size_t nheader;      /* bytes of it that have come */
	uint32_t left_bytes; /* of the current frame */
	int fd; /* 0: the engine's own copy of the input, dropped; 3: its error text */
	frames_data *data;
	void *ctx;
};

void frames_init(struct frames *frames, frames_data *data, void *ctx);

/* Fails on a header that is none: the stream is then raw (a terminal's), or broken. */
bool frames_feed(struct frames *frames, const char *data, size_t len, struct err *err);
