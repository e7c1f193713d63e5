/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "engine-client/engine.h"
#include "tests/unit/engine-client/tmp.h"
#include "tests/unit/test.h"

/* sha256 of "far". */
#define FAR_ID "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868"

static void assert_host(const char *host, const char *expected)
{
	struct arena arena = {0};
	struct engine_opts opts = {0};
	struct err err = {0};

	assert_true(endpoint_resolve(&arena,
		&(struct endpoint_env){.config_dir = "/", .host = host}, &opts, &err));
	if (expected)
		assert_string_equal(opts.host, expected);
	else
		assert_null(opts.host);
	arena_finish(&arena);
}

TEST(endpoint_host_is_completed)
{
	assert_host(NULL, NULL);
	assert_host("", NULL);
	assert_host("unix://", NULL);
	assert_host("unix:///x.sock", "unix:///x.sock");
	assert_host("box:2375", "tcp://box:2375");
	assert_host("tcp://:2375", "tcp://localhost:2375");
	assert_host("ssh://me@box", "ssh://me@box");
}

TEST(endpoint_takes_certificates_that_are_there)
{
	struct tmp tmp;
	struct arena arena = {0};
	struct engine_opts opts = {0};
	struct err err = {0};
	struct endpoint_env env = {
		.config_dir = tmp.dir, .host = "tcp://box:2376", .tls_verify = "1"};

	tmp_init(&tmp);
	tmp_write(&tmp, "ca.pem", "");
	assert_true(endpoint_resolve(&arena, &env, &opts, &err));
	assert_true(opts.tls && opts.tls_verify);
	assert_non_null(strstr(opts.tls_ca_path, "/ca.pem"));
	assert_null(opts.tls_cert_path);
	tmp_finish(&tmp);
	arena_finish(&arena);
}

TEST(endpoint_prefers_host_to_context_to_current_context)
{
	struct tmp tmp;
	struct arena arena = {0};
	struct engine_opts opts = {0};
	struct err err = {0};
	struct node *config = node_map(&arena);
	struct endpoint_env env = {.config_dir = tmp.dir, .config = config};

	tmp_init(&tmp);
	node_set_text(&arena, config, "currentContext", "far");
	tmp_write(&tmp, "contexts/meta/" FAR_ID "/meta.json",
		"{\"Name\":\"far\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://"
		"far:2376\"}}}");
	tmp_write(&tmp, "contexts/tls/" FAR_ID "/docker/ca.pem", "");

	assert_true(endpoint_resolve(&arena, &env, &opts, &err));
	assert_string_equal(opts.host, "tcp://far:2376");
	assert_true(opts.tls && opts.tls_verify);

	env.context = "default";
	assert_true(endpoint_resolve(&arena, &env, &opts, &err));
	assert_null(opts.host);

	env.context = "nowhere";
	assert_false(endpoint_resolve(&arena, &env, &opts, &err));
	assert_string_equal(err.text, "there is no docker context \"nowhere\"");

	env.host = "tcp://near:1";
	assert_true(endpoint_resolve(&arena, &env, &opts, &err));
	assert_string_equal(opts.host, "tcp://near:1");
	tmp_finish(&tmp);
	arena_finish(&arena);
}

static void assert_context_tls(const char *meta, bool tls, bool verify)
{
	struct tmp tmp;
	struct arena arena = {0};
	struct engine_opts opts = {0};
	struct err err = {0};
	struct endpoint_env env = {.config_dir = tmp.dir, .context = "far"};

	tmp_init(&tmp);
	tmp_write(&tmp, "contexts/meta/" FAR_ID "/meta.json", meta);
	assert_true(endpoint_resolve(&arena, &env, &opts, &err));
	assert_int_equal(opts.tls, tls);
	assert_int_equal(opts.tls_verify, verify);
	tmp_finish(&tmp);
	arena_finish(&arena);
}

TEST(endpoint_of_a_context_is_plain_unless_it_says_otherwise)
{
	assert_context_tls(
		"{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://far:1\"}}}", false, false);
	assert_context_tls("{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://"
			   "far:1\",\"SkipTLSVerify\":true}}}",
		true, false);
}
