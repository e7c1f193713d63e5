/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/failure.h"

#include <string.h>

#include "base/err.h"
#include "tests/unit/test.h"

static void assert_answer(const char *body, const char *text)
{
	struct err err = {0};

	failure_of_answer(&err, 409, body, strlen(body));
	assert_int_equal(err.kind, ERR_ENGINE);
	assert_int_equal(err.status, 409);
	assert_string_equal(err.text, text);
}

TEST(failure_of_answer_is_the_engines_own_message)
{
	assert_answer("{\"message\":\"name taken\"}\n", "name taken");
	assert_answer("404 page not found\n", "404 page not found");
	assert_answer("", "the engine answered with HTTP status 409");
	assert_answer("{\"other\":1}", "{\"other\":1}");
}

/* Messages as both engines sent them, or as moby's source has them. */
TEST(failure_registry_status_is_told_from_words)
{
	static const struct {
		const char *message;
		int status;
	} cases[] = {
		{"manifest for localhost:5000/x:1 not found: manifest unknown: manifest "
		 "unknown",
			404},
		{"pull access denied for x, repository does not exist or may require "
		 "'docker login': "
		 "denied: requested access to the resource is denied",
			404},
		{"unauthorized: authentication required", 401},
		{"Get \"http://127.0.0.1:5001/v2/x/manifests/1\": no basic auth "
		 "credentials",
			401},
		{"denied: requested access to the resource is denied", 403},
		{"toomanyrequests: You have reached your pull rate limit.", 429},
		{"received unexpected HTTP status: 503 Service Unavailable", 503},
		{"unexpected status code 500 Internal Server Error: x", 500},
		{"error parsing HTTP 404 response body: invalid character", 404},
		{"no matching manifest for linux/s390x in the manifest list entries",
			404},
		{"dial tcp 127.0.0.1:5000: connect: connection refused", 0},
		{"no space left on device", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			failure_registry_status(cases[i].message), cases[i].status);
}
