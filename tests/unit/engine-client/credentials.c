/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/credentials.h"

#include <signal.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine-client/base64.h"
#include "tests/unit/engine-client/tmp.h"
#include "tests/unit/test.h"

/* What was found, decoded: "ref: JSON" or "ref: error", a line each. */
struct found {
	struct str text;
	const char *ref;
};

static void on_found(void *ctx, const char *auth, const struct err *err)
{
	struct found *found = ctx;
	struct arena arena = {0};
	size_t len;

	str_printf(&found->text, "%s\n",
		err            ? err->text
			: auth ? base64_decode(&arena, auth, strlen(auth), &len)
			       : "none");
	arena_finish(&arena);
}

struct bench {
	struct tmp tmp;
	uv_loop_t loop;
	struct credentials *credentials;
	struct found found;
};

static void bench_init(struct bench *bench, const char *config)
{
	struct err err = {0};

	*bench = (struct bench){0};
	signal(SIGPIPE, SIG_IGN);
	tmp_init(&bench->tmp);
	uv_loop_init(&bench->loop);
	if (config)
		tmp_write(&bench->tmp, "config.json", config);
	bench->credentials =
		credentials_new(&bench->loop, bench->tmp.dir, bench->tmp.dir, &err);
	assert_non_null(bench->credentials);
}

static void bench_finish(struct bench *bench)
{
	credentials_free(bench->credentials);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	str_finish(&bench->found.text);
	tmp_finish(&bench->tmp);
}

static void find(struct bench *bench, const char *ref)
{
	credentials_find(bench->credentials, ref, on_found, &bench->found);
}

static void assert_found(struct bench *bench, const char *expected)
{
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_string_equal(str_text(&bench->found.text), expected);
	str_clear(&bench->found.text);
}

static const char auths[] =
	"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dTpwOnc=\"},"
	"\"https://r.example/v1/\":{\"identitytoken\":\"t\"},"
	"\"bad:1\":{\"auth\":\"dQ==\"},\"empty:1\":{}}}";

TEST(credentials_come_from_the_file)
{
	struct bench bench;

	bench_init(&bench, auths);
	find(&bench, "nginx");
	find(&bench, "r.example/app:1");
	find(&bench, "empty:1/app");
	find(&bench, "unknown:1/app");
	assert_found(&bench,
		"{\"username\":\"u\",\"password\":\"p:w\","
		"\"serveraddress\":\"https://index.docker.io/v1/\"}\n"
		"{\"identitytoken\":\"t\",\"serveraddress\":\"r.example\"}\n"
		"none\nnone\n");
	find(&bench, "bad:1/app");
	uv_run(&bench.loop, UV_RUN_DEFAULT);
	assert_non_null(
		strstr(str_text(&bench.found.text), "auths.bad:1.auth: not base64"));
	bench_finish(&bench);
}

TEST(credentials_without_a_file_are_none)
{
	struct bench bench;

	bench_init(&bench, NULL);
	assert_null(credentials_config(bench.credentials));
	find(&bench, "nginx");
	credentials_all(bench.credentials, on_found, &bench.found);
	assert_found(&bench, "none\nnone\n");
	bench_finish(&bench);
}

TEST(credentials_name_a_broken_file)
{
	struct tmp tmp;
	uv_loop_t loop;
	struct err err = {0};

	tmp_init(&tmp);
	uv_loop_init(&loop);
	tmp_write(&tmp, "config.json", "{\"auths\":");
	assert_null(credentials_new(&loop, tmp.dir, "", &err));
	assert_non_null(strstr(err.text, "/config.json: not valid JSON"));
	assert_int_equal(uv_loop_close(&loop), 0);
	tmp_finish(&tmp);
}

static const char helper[] =
	"#!/bin/sh\n"
	"dir=$(dirname \"$0\"); read -r server; echo \"$1 $server\" >>\"$dir/log\"\n"
	"case \"$1 $server\" in\n"
	"'list '*) echo '{\"store.example\":\"s\"}' ;;\n"
	"*none*) echo credentials not found in native keychain; exit 1 ;;\n"
	"*broken*) echo no such key; exit 1 ;;\n"
	"*token*) echo '{\"Username\":\"<token>\",\"Secret\":\"tok\"}' ;;\n"
	"*) echo '{\"ServerURL\":\"x\",\"Username\":\"me\",\"Secret\":\"pw\"}' ;;\n"
	"esac\n";

TEST(credentials_come_from_helpers_which_run_once)
{
	struct bench bench;

	bench_init(&bench,
		"{\"credHelpers\":{\"h.example\":\"one\",\"token.example\":\"one\","
		"\"none.example\":\"one\",\"broken.example\":\"one\",\"gone.example\":"
		"\"gone\"}}");
	tmp_write_script(&bench.tmp, "docker-credential-one", helper);
	find(&bench, "h.example/a");
	find(&bench, "h.example/b");
	assert_found(&bench,
		"{\"username\":\"me\",\"password\":\"pw\",\"serveraddress\":\"h."
		"example\"}\n"
		"{\"username\":\"me\",\"password\":\"pw\",\"serveraddress\":\"h."
		"example\"}\n");
	find(&bench, "token.example/a");
	assert_found(&bench,
		"{\"identitytoken\":\"tok\",\"serveraddress\":\"token.example\"}\n");
	find(&bench, "none.example/a");
	assert_found(&bench, "none\n");
	find(&bench, "broken.example/a");
	assert_found(
		&bench, "the credential helper for broken.example failed: no such key\n");
	find(&bench, "gone.example/a");
	assert_found(&bench,
		"the credential helper docker-credential-gone is not in the PATH\n");
	bench_finish(&bench);
}

TEST(credentials_all_gather_the_store_and_the_helpers)
{
	struct bench bench;

	bench_init(&bench,
		"{\"auths\":{\"store.example\":{}},\"credsStore\":\"one\","
		"\"credHelpers\":{\"token.example\":\"one\",\"broken.example\":\"one\"}"
		"}");
	tmp_write_script(&bench.tmp, "docker-credential-one", helper);
	credentials_all(bench.credentials, on_found, &bench.found);
	uv_run(&bench.loop, UV_RUN_DEFAULT);
	assert_non_null(strstr(str_text(&bench.found.text),
		"\"store.example\":{\"username\":\"me\",\"password\":\"pw\","));
	assert_non_null(strstr(
		str_text(&bench.found.text), "\"token.example\":{\"identitytoken\""));
	assert_null(strstr(str_text(&bench.found.text), "broken"));
	bench_finish(&bench);
}

TEST(credentials_are_freed_in_the_middle)
{
	struct bench bench;

	bench_init(&bench, "{\"credsStore\":\"slow\"}");
	tmp_write_script(&bench.tmp, "docker-credential-slow",
		"#!/bin/sh\nexec cat /dev/zero >&2\n");
	find(&bench, "nginx");
	credentials_all(bench.credentials, on_found, &bench.found);
	bench_finish(&bench);
}
