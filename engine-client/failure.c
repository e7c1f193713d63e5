/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/failure.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"

static size_t trimmed(const char *text, size_t len)
{
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	return len;
}

void failure_of_answer(struct err *err, int status, const char *body, size_t len)
{
	struct arena arena = {0};
	struct node *node = NULL;
	struct err ignored;
	const char *message = NULL;

	if (json_parse(&arena, body, len, &node, &ignored))
		message = node_get_text(node, "message");
	len = trimmed(body, len);
	if (message)
		err_set(err, ERR_ENGINE, "%s", message);
	else if (len)
		err_set(err, ERR_ENGINE, "%.*s",
			len < ERR_TEXT_BYTES ? (int)len : ERR_TEXT_BYTES, body);
	else
		err_set(err, ERR_ENGINE, "the engine answered with HTTP status %d",
			status);
	err->status = status;
	arena_finish(&arena);
}

/*
 * Words of moby's distribution/errors.go, containerd's resolver and the registry API's
 * error codes; the first row that fits counts. 404 before 401: "pull access denied for x,
 * repository does not exist or may require authorization" is what an anonymous user hears
 * of a repository that is not there.
 */
static const struct words {
	const char *words;
	int status;
} registry_words[] = {
	{"toomanyrequests", 429},
	{"too many requests", 429},
	{"manifest unknown", 404},
	{"name unknown", 404},
	{"not found", 404},
	{"repository does not exist", 404},
	{"no matching manifest", 404},
	{"unauthorized", 401},
	{"authentication required", 401},
	{"no basic auth credentials", 401},
	{"denied", 403},
	{"forbidden", 403},
	{"internal server error", 500},
	{"bad gateway", 502},
	{"service unavailable", 503},
	{"gateway timeout", 504},
	{"gateway time-out", 504},
};

/* "received unexpected HTTP status: 503 Service Unavailable", "unexpected status code 429
 * ..". */
static int spelled_status(const char *message)
{
	static const char *const before[] = {"HTTP status: ", "status code ",
		"StatusCode: ", "error parsing HTTP ", "status: "};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		const char *at = strstr(message, before[i]);
		long n = at ? strtol(at + strlen(before[i]), NULL, 10) : 0;

		if (n >= 400 && n <= 599)
			return (int)n;
	}
	return 0;
}

int failure_registry_status(const char *message)
{
	int status = spelled_status(message);

	for (size_t i = 0;
		!status && i < sizeof(registry_words) / sizeof(*registry_words); i++)
		if (strcasestr(message, registry_words[i].words))
			status = registry_words[i].status;
	return status;
}
