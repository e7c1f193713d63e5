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

/* fd is a connection to the old one, and stays the caller's. False when it does not give anything. */
bool takeover_begin(int fd, struct server *server, struct err *err);

/* From now on the old one leaves all to us. */
bool takeover_end(int fd, struct err *err);
