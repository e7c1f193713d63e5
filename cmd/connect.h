/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the engine that is meant and says hello; when it does not answer, says what would help. */
#pragma once

#include <stdbool.h>

struct app;
struct err;
struct str;

bool app_connect(struct app *app, struct err *err);
void app_disconnect(struct app *app);

/* How things stand with an engine that did not answer; as pure facts, for the text below. */
struct no_answer {
	const char *host;
	const char *
		source; /* "DOCKER_HOST", "--host", "context x"; NULL: nobody said, it is the default */
	int socket_errno; /* of connecting to a unix socket; 0: it is not one */
	const char *text; /* what the transport said, a whole sentence */
};

/* Several lines: what is wrong, and what would do. */
void no_answer_text(struct str *str, const struct no_answer *what);
