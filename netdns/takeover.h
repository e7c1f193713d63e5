/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program after another at the same control socket: the new one is given the sockets of the old one, so that not
 * one query is lost between them, and tells it to retire once it serves itself. Waits, for some seconds at most: it
 * is done before there is anything else to do.
 */
#pragma once

#include <stdbool.h>

struct err;
struct server;

enum { TAKEOVER_MS = 5000 };

/*
 * out_fd is the connection to the old one, to be closed, or -1 when nobody is there. False when somebody is and does
 * not give anything.
 */
bool takeover_begin(
	const char *path, struct server *server, int *out_fd, struct err *err);

/* From now on the old one leaves all to us. */
bool takeover_end(int fd, struct err *err);
