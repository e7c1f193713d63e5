/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry asks for before it answers: WWW-Authenticate (RFC 9110, 11.6.1; distribution's token authentication). */
#pragma once

#include <stdbool.h>

struct arena;

enum challenge_kind {
	CHALLENGE_NONE,   /* nothing that we can do */
	CHALLENGE_BASIC,  /* user and password */
	CHALLENGE_BEARER, /* a token, which somebody else gives */
};

struct challenge {
	enum challenge_kind kind;
	const char *
		realm; /* of BEARER: the URL that gives tokens. These three are NULL where they are not said */
	const char *service;
	const char *scope;
};

/* Reads the value of one such header, in the arena. */
struct challenge challenge_read(struct arena *arena, const char *text);
