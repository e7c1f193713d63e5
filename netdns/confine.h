/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving up, for good, whatever a role does not need: the files of the host (an empty root), the user, all
 * capabilities, and all system calls but a few (seccomp: any other one ends the process). The one file that knows
 * libseccomp.
 */
#pragma once

#include <stdbool.h>

struct err;

enum confine_role { CONFINE_WATCH, CONFINE_DNS, CONFINE_FWD, CONFINE_ROLES };

/*
 * A step that the kernel does not permit is an error; err says which. With `lax` it is told to `say`, and the next
 * one follows.
 */
struct confine_opts {
	enum confine_role role;
	bool lax;
	void (*say)(void *data, const char *text);
	void *data;
};

bool confine(const struct confine_opts *opts, struct err *err);
