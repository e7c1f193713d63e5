/* SPDX-License-Identifier: Apache-2.0 */
/* Turns what the engine says when something failed into errors. */
#pragma once

#include <stddef.h>

struct err;

/* An answer of 400 and up: {"message": ".."} or plain text. Fills ERR_ENGINE. */
void failure_of_answer(struct err *err, int status, const char *body, size_t len);

/*
 * The registry's HTTP status, guessed from the words in which the engine passes its
 * refusal on (there is no field for it); 0 when they do not tell.
 */
int failure_registry_status(const char *message);
