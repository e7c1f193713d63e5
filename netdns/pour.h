/* SPDX-License-Identifier: Apache-2.0 */
/* One reply of the engine's, from its socket into somebody's pipe. Its bytes are not looked at, and never in our memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct pour;
struct pours;
struct str;
struct uv_loop_s;

enum { POURS_MAX = 16 /* at the same time */ };

struct pours *pours_new(struct uv_loop_s *loop);
void pours_free(struct pours *pours);

/* Sends a request, and gives the pipe to read the reply from: the caller closes it, which also ends the reply. */
bool pour_start(struct pours *pours, const char *socket, const struct str *request,
	int *out_fd, struct err *err);
