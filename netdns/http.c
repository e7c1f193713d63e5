/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/http.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/str.h"

enum { STATUS_OK = 200, STATUS_NO_CONTENT = 204, CHUNK_DIGITS = 8 };

static bool broken(struct err *err, const char *what)
{
	return err_set(err, ERR_CONNECTION, "the engine's reply: %s", what);
}

/* ---- values */

static int month_number(const char *text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (!strncmp(text, names + (size_t)3 * (size_t)i, 3))
			return i;
	return -1;
}

/* n digits; -1 for anything else. */
static int digits(const char *text, unsigned n)
{
	int value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* Days from 1970 to a date of the Gregorian calendar, whose years here begin with March. */
static int64_t days_since_epoch(int year, int month, int day)
{
	static const int before[] = {
		306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
	int64_t years = year - (month < 2);

	return years * 365 + years / 4 - years / 100 + years / 400 + before[month] + day -
		719469;
}

/* timegm would read the host's time zone first, which is not there for who has an empty root. */
int64_t http_date(const char *text)
{
	int day, month, year, hours, minutes, seconds;

	if (strlen(text) != strlen("Tue, 24 Nov 2026 13:03:35 GMT") || text[3] != ',')
		return 0;
	day = digits(text + 5, 2);
	month = month_number(text + 8);
	year = digits(text + 12, 4);
	hours = digits(text + 17, 2);
	minutes = digits(text + 20, 2);
	seconds = digits(text + 23, 2);
	if (day < 1 || month < 0 || year < 1970 || hours < 0 || minutes < 0 ||
		seconds < 0)
		return 0;
	return days_since_epoch(year, month, day) * 86400 + hours * 3600 + minutes * 60 +
		seconds;
}

static bool read_size(const char *text, uint64_t *out)
{
	int64_t n;

	if (*text < '0' || *text > '9' || !parse_i64(text, &n))
		return false;
	*out = (uint64_t)n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Extensions behind the size are ignored (RFC 9112 7.1.1). */
static bool read_chunk_size(const char *text, uint64_t *out)
{
	unsigned n = 0;

	*out = 0;
	for (; hex_digit(text[n]) >= 0; n++) {
		if (n == CHUNK_DIGITS)
			return false;
		*out = *out << 4 | (uint64_t)hex_digit(text[n]);
	}
	return n > 0 && (!text[n] || strchr("; \t", text[n]));
}

/* ---- lines */

static bool take_status(struct http_reply *reply, struct err *err)
{
	const char *line = reply->line;

	if (!text_starts(line, "HTTP/1.") || digits(line + 7, 1) < 0 || line[8] != ' ')
		return broken(err, "not HTTP/1");
	reply->status = digits(line + 9, 3);
	if (reply->status < 100 || (line[12] && line[12] != ' '))
		return broken(err, "no status");
	reply->state = HTTP_HEADERS;
	return true;
}

/* The value behind a header's name, or NULL. */
static const char *header_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return line + len + 1 + strspn(line + len + 1, " \t");
}

/* Where the body begins, and how it ends (RFC 9112 6.3); what comes before a reply proper is passed over. */
static void begin_body(struct http_reply *reply)
{
	if (reply->status < STATUS_OK)
		reply->state = HTTP_STATUS;
	else if (reply->status == STATUS_NO_CONTENT)
		reply->state = HTTP_DONE;
	else if (reply->chunked)
		reply->state = HTTP_CHUNK_SIZE;
	else if (!reply->sized)
		reply->state = HTTP_TO_END;
	else
		reply->state = reply->left ? HTTP_SIZED : HTTP_DONE;
}

static bool take_header(struct http_reply *reply, struct err *err)
{
	const char *value;

	if (!*reply->line) {
		begin_body(reply);
		return true;
	}
	if ((value = header_value(reply->line, "Date")))
		reply->date_s = http_date(value);
	if ((value = header_value(reply->line, "Content-Length"))) {
		if (reply->sized || !read_size(value, &reply->left))
			return broken(err, "a length that is none");
		reply->sized = true;
	}
	if ((value = header_value(reply->line, "Transfer-Encoding"))) {
		if (strcasecmp(value, "chunked") != 0)
			return broken(err, "an encoding that was not asked for");
		reply->chunked = true;
	}
	return true;
}

static bool take_chunk_size(struct http_reply *reply, struct err *err)
{
	if (!read_chunk_size(reply->line, &reply->left))
		return broken(err, "a chunk without a size");
	reply->state = reply->left ? HTTP_CHUNK : HTTP_TRAILERS;
	return true;
}

static bool take_line(struct http_reply *reply, struct err *err)
{
	switch (reply->state) {
	case HTTP_STATUS:
		return take_status(reply, err);
	case HTTP_HEADERS:
		return take_header(reply, err);
	case HTTP_CHUNK_SIZE:
		return take_chunk_size(reply, err);
	case HTTP_CHUNK_END:
		reply->state = HTTP_CHUNK_SIZE;
		return !*reply->line || broken(err, "a chunk longer than its size");
	case HTTP_TRAILERS:
		if (!*reply->line)
			reply->state = HTTP_DONE;
		return true;
	case HTTP_SIZED:
	case HTTP_TO_END:
	case HTTP_CHUNK:
	case HTTP_DONE:
		break;
	}
	return false;
}

/* Sizes of chunks are counted anew for each: a stream has no end of them. */
static bool add_to_line(struct http_reply *reply, char c, struct err *err)
{
	if (reply->state == HTTP_CHUNK_SIZE && !reply->nline)
		reply->header_bytes = 0;
	if (reply->nline + 1 == sizeof(reply->line) ||
		++reply->header_bytes > HTTP_HEADER_BYTES)
		return broken(err, "headers too long");
	if (!c)
		return broken(err, "a zero byte in its headers");
	reply->line[reply->nline++] = c;
	return true;
}

static bool end_line(struct http_reply *reply, struct err *err)
{
	if (reply->nline && reply->line[reply->nline - 1] == '\r')
		reply->nline--;
	reply->line[reply->nline] = '\0';
	reply->nline = 0;
	return take_line(reply, err);
}

/* ---- body */

static bool is_body(enum http_state state)
{
	return state == HTTP_SIZED || state == HTTP_TO_END || state == HTTP_CHUNK;
}

static size_t take_body(
	struct http_reply *reply, const char *bytes, size_t len, struct str *body)
{
	size_t n = len;

	if (reply->state != HTTP_TO_END && n > reply->left)
		n = (size_t)reply->left;
	str_add_n(body, bytes, n);
	if (reply->state == HTTP_TO_END)
		return n;
	reply->left -= n;
	if (!reply->left)
		reply->state = reply->state == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_DONE;
	return n;
}

bool http_read(struct http_reply *reply, const char *bytes, size_t len, struct str *body,
	struct err *err)
{
	size_t at = 0;

	while (at < len && reply->state != HTTP_DONE) {
		if (is_body(reply->state)) {
			at += take_body(reply, bytes + at, len - at, body);
			if (body->full)
				return broken(err, "too long");
		} else if (bytes[at] != '\n') {
			if (!add_to_line(reply, bytes[at++], err))
				return false;
		} else {
			at++;
			if (!end_line(reply, err))
				return false;
		}
	}
	return true;
}

bool http_has_headers(const struct http_reply *reply)
{
	return reply->state > HTTP_HEADERS;
}

bool http_is_whole(const struct http_reply *reply)
{
	return reply->state == HTTP_DONE || reply->state == HTTP_TO_END;
}
