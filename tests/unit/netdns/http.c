/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/http.h"

#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/test.h"

static const char chunked[] =
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 13:03:35 "
	"GMT\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n, engines!\r\n"
	"0\r\nTrailer: 1\r\n\r\nrest";

/* In pieces of `step` bytes. */
static bool read_all(const char *text, size_t step, struct http_reply *reply,
	struct str *body, struct err *err)
{
	size_t len = strlen(text);

	*reply = (struct http_reply){0};
	for (size_t at = 0; at < len; at += step)
		if (!http_read(reply, text + at, step < len - at ? step : len - at, body,
			    err))
			return false;
	return true;
}

TEST(chunks_come_in_pieces_of_any_size)
{
	for (size_t step = 1; step < sizeof(chunked); step++) {
		struct http_reply reply;
		struct err err = {0};
		auto_str body = {0};

		assert_true(read_all(chunked, step, &reply, &body, &err));
		assert_string_equal(str_text(&body), "hello, engines!");
		assert_int_equal(reply.status, 200);
		assert_int_equal(reply.date_s, 1795525415);
		assert_int_equal(reply.state, HTTP_DONE);
	}
}

TEST(a_body_ends_by_its_length_or_with_the_connection)
{
	static const struct {
		const char *text;
		const char *body;
		bool whole;
	} rows[] = {
		{"HTTP/1.0 200 OK\n\nab", "ab", true},
		{"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabcd", "abc", true},
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "ab", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true},
		{"HTTP/1.1 204\r\n\r\nab", "", true},
		{"HTTP/1.1 200 OK\r\nContent-Type: x\r\n", "", false},
		{"HTTP/1.1 200 OK\r\ntransfer-encoding:Chunked\r\n\r\n2\r\nab\r\n", "ab",
			false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct http_reply reply;
		struct err err = {0};
		auto_str body = {0};

		assert_true(read_all(rows[i].text, 7, &reply, &body, &err));
		assert_string_equal(str_text(&body), rows[i].body);
		assert_int_equal(http_is_whole(&reply), rows[i].whole);
	}
}

TEST(what_is_no_reply_is_refused)
{
	static const char *const rows[] = {
		"HTTP/2 200 OK\r\n\r\n",
		"HTTP/1.1 20\r\n\r\n",
		"HTTP/1.1 2000\r\n\r\n",
		"SSH-2.0\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct http_reply reply;
		struct err err = {0};
		auto_str body = {0};

		assert_false(read_all(rows[i], 3, &reply, &body, &err));
		assert_int_equal(err.kind, ERR_CONNECTION);
	}
}

TEST(all_that_a_peer_sends_has_a_ceiling)
{
	static const char begin[] = "HTTP/1.1 200 OK\r\n";
	static const char header[] = "X: 0123456789012345678901234567890123456789\r\n";
	struct http_reply reply = {0};
	struct err err = {0};
	auto_str body = {0};
	size_t n = 0;

	str_init(&body, 10);
	assert_true(http_read(&reply, begin, sizeof(begin) - 1, &body, &err));
	while (http_read(&reply, header, sizeof(header) - 1, &body, &err))
		assert_true(++n < HTTP_HEADER_BYTES / 40);

	reply = (struct http_reply){0};
	for (n = 0; http_read(&reply, "x", 1, &body, &err);)
		assert_true(++n < HTTP_LINE_BYTES);

	reply = (struct http_reply){0};
	assert_true(http_read(&reply, "HTTP/1.1 200 OK\n\n0123456789", 27, &body, &err));
	assert_false(http_read(&reply, "0", 1, &body, &err));
}

TEST(a_date_is_read_or_is_none)
{
	assert_int_equal(http_date("Thu, 01 Jan 1970 00:00:10 GMT"), 10);
	assert_int_equal(http_date("Tue, 29 Feb 2028 23:59:59 GMT"), 1835481599);
	assert_int_equal(http_date("Tue, 24 Foo 2026 13:03:35 GMT"), 0);
	assert_int_equal(http_date("Tuesday, 24-Nov-26 13:03:35 G"), 0);
	assert_int_equal(http_date("Tue, 24 Nov 2026 13:03:3x GMT"), 0);
	assert_int_equal(http_date(""), 0);
}
