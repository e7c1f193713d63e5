/* SPDX-License-Identifier: Apache-2.0 */
/* Line by line, without a copy where a whole record arrived in one piece. */
#include "engine-client/records.h"

#include <string.h>

#include "base/err.h"

void records_init(
	struct records *records, size_t max_record_bytes, records_each *each, void *ctx)
{
	*records = (struct records){.each = each, .ctx = ctx};
	str_init(&records->rest, max_record_bytes);
}

void records_finish(struct records *records)
{
	str_finish(&records->rest);
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]) || !text[i])
			return false;
	return true;
}

static bool emit(struct records *records, const char *text, size_t len, struct err *err)
{
	if (len > records->rest.max_bytes)
		return err_set(err, ERR_CONNECTION,
			"the engine sent a record of more than %zu bytes",
			records->rest.max_bytes);
	if (is_blank(text, len))
		return true;
	return records->each(records->ctx, text, len);
}

static bool keep(struct records *records, const char *data, size_t len, struct err *err)
{
	str_add_n(&records->rest, data, len);
	if (records->rest.full)
		return err_set(err, ERR_CONNECTION,
			"the engine sent a record of more than %zu bytes",
			records->rest.max_bytes);
	return true;
}

/* The record that began in an earlier piece ends in this one. */
static bool complete(
	struct records *records, const char *data, size_t len, struct err *err)
{
	bool ok;

	if (!keep(records, data, len, err))
		return false;
	ok = emit(records, str_text(&records->rest), records->rest.len, err);
	str_clear(&records->rest);
	return ok;
}

bool records_feed(struct records *records, const char *data, size_t len, struct err *err)
{
	const char *end = data + len;

	while (data < end) {
		const char *line_end = memchr(data, '\n', (size_t)(end - data));
		size_t n;

		if (!line_end)
			return keep(records, data, (size_t)(end - data), err);
		n = (size_t)(line_end - data);
		if (!(records->rest.len ? complete(records, data, n, err)
					: emit(records, data, n, err)))
			return false;
		data = line_end + 1;
	}
	return true;
}

bool records_end(struct records *records, struct err *err)
{
	return !records->rest.len || complete(records, "", 0, err);
}
