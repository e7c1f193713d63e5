/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detach keys: the key sequence that lets go of a container's terminal and leaves it
 * running. Pure.
 *
 * As docker has it: a comma list of characters and "ctrl-" with a-z, @, [, \, ], ^ or _.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct str;

#define DETACH_KEYS_DEFAULT "ctrl-p,ctrl-q"
#define DETACH_KEYS_MAX 16

struct detach {
	char keys[DETACH_KEYS_MAX];
	size_t nkeys;    /* 0: nothing detaches */
	size_t nmatched; /* of keys, at the end of what was typed so far; held back until
			    it is decided */
};

/* Reads the list; "" switches detaching off, NULL is the default. */
bool detach_init(struct detach *detach, const char *keys, struct err *err);

/*
 * Passes typed bytes on to out, without the ones that may be the beginning of the
 * sequence. True once the sequence is complete; what was typed after it is dropped.
 */
bool detach_filter(struct detach *detach, const char *typed, size_t len, struct str *out);
