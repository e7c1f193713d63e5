/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope owners: variables that let go of what they hold at the end of their block.
 *
 * Hand on what such a variable holds with fd_take() or ptr_take(); the variable is then empty.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_free_finish(void *p)
{
	free(*(void **)p);
}

static inline void auto_fd_finish(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_file_finish(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define auto_free __attribute__((cleanup(auto_free_finish)))
#define auto_fd __attribute__((cleanup(auto_fd_finish))) int
#define auto_file __attribute__((cleanup(auto_file_finish))) FILE *

/* Moves a descriptor out of its scope; the variable holds -1 afterwards. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Moves a heap pointer out of its scope; the variable holds NULL afterwards. */
static inline void *ptr_take(void *p)
{
	void *taken = *(void **)p;

	*(void **)p = NULL;
	return taken;
}
