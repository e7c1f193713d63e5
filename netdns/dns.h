/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watch may ask of dns, the role that reads packets. Each is done when it returns; false is the end of the whole
 * program, since one part of it does not work any more. `dns` is watch's end of the channel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct counters;
struct err;
struct image;

/* From now on, whole. */
bool dns_set_zone(int dns, const struct image *image, struct err *err);

/* Reads from these sockets, too; they stay the caller's. index of their interface, or 0. */
struct dns_listener {
	uint32_t number; /* for dns_close */
	const struct addr *addr;
	unsigned index;
	int fds[2]; /* UDP, TCP */
};

bool dns_open(int dns, const struct dns_listener *listener, struct err *err);
bool dns_close(int dns, uint32_t number, struct err *err);

/* Reads no more from any of them; replies that are awaited still go out. */
bool dns_pause(int dns, struct err *err);

bool dns_count(int dns, struct counters *out, struct err *err);
