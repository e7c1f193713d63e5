/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, finished and ready to be shown.
 *
 * Functions that can fail return bool (or a pointer) and take a struct err last. Success leaves it
 * untouched; failure fills it once. It holds its text inside, so it is never freed and reporting never
 * allocates; longer text is cut at a character border. All err_ functions return false, so that one
 * line both reports and returns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ERR_TEXT_BYTES 2048

/* A place in a source: what complaints name. file is borrowed and outlives the error; NULL: no place. */
struct pos {
	const char *file;
	unsigned line;   /* from 1; 0: unknown */
	unsigned column; /* from 1, in bytes; 0: unknown */
};

enum err_kind {
	ERR_NONE,
	ERR_INPUT,      /* what people wrote: files, flags, names */
	ERR_SYSTEM,     /* the operating system said no */
	ERR_ENGINE,     /* the engine answered with an error */
	ERR_CONNECTION, /* the engine or a registry could not be reached, or went away */
	ERR_REGISTRY,   /* a registry answered with an error, through the engine */
	ERR_STATE,      /* what was waited for cannot come true any more */
	ERR_TIMEOUT,
	ERR_INTERRUPTED, /* by a signal */
};

struct err {
	enum err_kind kind;
	struct pos pos;
	int status; /* HTTP status of the engine's answer, errno of ERR_SYSTEM, else 0 */
	char text[ERR_TEXT_BYTES];
};

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ERR_INPUT with a place. */
bool err_at(struct err *err, struct pos pos, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ERR_SYSTEM: the text, a colon and the words for errno. */
bool err_sys(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts context before what is there already: "pull nginx: connection refused". */
bool err_wrap(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Several errors of one run, in an arena: reading goes on after the first one, so that people see all.
 * Kept in the order in which they were added; errs_sort puts them in the order of files and lines.
 */
struct arena;
struct map;

/* A file that was read, and on whose behalf. */
struct err_file {
	const char *name;          /* as places have it */
	const char *how;           /* "included by"; NULL: it was asked for by itself */
	struct pos by;             /* where another file names it */
	const struct err_file *up; /* the file of that place; NULL: none that is known */
	size_t rank;               /* how many files were read before it */
};

struct errs {
	struct arena *arena;
	struct err_item *items;
	size_t nitems;             /* those that are kept */
	size_t nerrors, nwarnings; /* all of them */
	struct map *files;         /* struct err_file by name; NULL: none */
};

struct err_item {
	bool warning;
	enum err_kind kind;
	struct pos pos;
	const char *text;
	const struct err_file
		*file; /* of its place, if errs knows it: set by errs_sort */
};

#define ERRS_KEPT_MAX 1000   /* of errors, and of warnings; further ones are counted */
#define ERRS_GUESSED_MAX 100 /* with guesses at what was meant, which take time */

void errs_init(struct errs *errs, struct arena *arena);
void errs_add(struct errs *errs, struct pos pos, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void errs_warn(struct errs *errs, struct pos pos, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Takes over a single error; one that was not filled is ignored. */
void errs_add_err(struct errs *errs, const struct err *err);
bool errs_failed(const struct errs *errs); /* anything but warnings */

/* From here on the warnings that there are count as errors. */
void errs_be_strict(struct errs *errs);

/* So many warnings, or errors, that with another one nobody has to guess what was meant. */
bool errs_is_full(const struct errs *errs);
bool errs_is_crowded(const struct errs *errs);

/*
 * Notes that a file is read, the first time it is: what is wrong with it is told with the places that led to
 * it. how is NULL for files that were asked for by themselves.
 */
void errs_note_file(struct errs *errs, const char *name, const char *how, struct pos by);

/*
 * Puts all in the order of their files, as these were noted and then as they are mentioned, and of their
 * places in them. Of those that say the same of one place the first is left: what several services have from
 * one line is wrong only once, whatever path it is found by.
 */
void errs_sort(struct errs *errs);
