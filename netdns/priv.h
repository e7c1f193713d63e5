/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What watch may ask of priv, the one role that holds names of files, opens sockets and can reach the engine. Each waits
 * for the answer, which takes no longer than the kernel does. `priv` is watch's end of the channel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netdns/reads.h"

struct addr;
struct err;

enum priv_file { PRIV_RESOLV, PRIV_ZONE, PRIV_FILES };

enum { PRIV_NOBODY = 1 /* number of an answer: nobody has the control socket */ };

/* A pipe that the engine's reply comes out of, as it came. The caller closes what it is given, here and below. */
bool priv_read(
	int priv, enum read_kind kind, const char *what, int *out_fd, struct err *err);

/* UDP and TCP; device NULL: any. */
bool priv_listen(int priv, const struct addr *addr, const char *device, int out_fds[2],
	struct err *err);

bool priv_file(int priv, enum priv_file file, int *out_fd, struct err *err);

/* The control socket, listening in its place. */
bool priv_control(int priv, int *out_fd, struct err *err);

/* A connection to whoever has the control socket now; -1: nobody. */
bool priv_before(int priv, int *out_fd, struct err *err);

/* Another one has taken the control socket's place. */
bool priv_retired(int priv, struct err *err);
