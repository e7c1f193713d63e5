/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard error: where progress, warnings and errors go, and in which form.
 *
 * On a terminal a block of progress may stand at the bottom; whatever else is written goes above it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err_item;
struct origins;
struct output;
struct root;
struct str;
struct uv_loop_s;

enum display_mode {
	DISPLAY_PLAIN,
	DISPLAY_TTY,
	DISPLAY_JSON,
	DISPLAY_QUIET,
};

/* The block at the bottom, drawn by its owner. */
struct display_block {
	void *ctx;
	void (*erase)(void *ctx);
	void (*draw)(void *ctx);
};

struct display {
	enum display_mode mode;
	bool color;        /* of standard error */
	bool color_stdout; /* of standard output: logs, tables */
	const char *cwd;
	const struct origins *origins;     /* as struct complain has them */
	const struct display_block *block; /* not ours; NULL: none */
	struct output *waitless;           /* NULL: writing may wait */
};

/* no_color: NO_COLOR is set and not empty. */
void display_init(
	struct display *display, const struct root *root, const char *cwd, bool no_color);

/*
 * From now on the work goes on while standard error takes nothing: what it does not take at once waits, up to
 * DISPLAY_MAX_BYTES, and is lost from there on. display_close waits for the rest.
 */
void display_open(struct display *display, struct uv_loop_s *loop);
void display_close(struct display *display, struct uv_loop_s *loop);

#define DISPLAY_MAX_BYTES ((size_t)16 << 20)

/* Writes to a descriptor (1 or 2) above the block. */
void display_write(struct display *display, int fd, const char *text, size_t len);

/* The block's own writing, to standard error; it leaves out drawings while those before still wait. */
void display_draw(struct display *display, const struct str *text);
bool display_is_behind(const struct display *display);

/* One line for people; nothing in JSON and quiet mode. */
void display_say(struct display *display, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* An error or a warning, in the form of the mode. */
void display_complain(struct display *display, const struct err_item *item);
