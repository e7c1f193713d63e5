/* SPDX-License-Identifier: Apache-2.0 */
/* Fills records into templates. */
#include "cmd/template.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"

#define FIELD_MAX_BYTES 64

/* "{{ json .Field }}" taken apart. */
struct piece {
	bool json;
	char field[FIELD_MAX_BYTES]; /* empty: the whole record */
};

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

/* Reads what stands between the braces; NULL: it is more than this knows. */
static const char *read_piece(const char *text, struct piece *out)
{
	size_t len;

	*out = (struct piece){0};
	text = skip_blanks(text);
	if (text_starts(text, "json ")) {
		out->json = true;
		text = skip_blanks(text + strlen("json"));
	}
	if (*text++ != '.')
		return NULL;
	for (len = 0; isalnum((unsigned char)text[len]); len++)
		if (len + 1 == FIELD_MAX_BYTES)
			return NULL;
	memcpy(out->field, text, len);
	text = skip_blanks(text + len);
	return text_starts(text, "}}") && (len > 0 || out->json) ? text + 2 : NULL;
}

static bool add_piece(struct str *str, const struct piece *piece,
	const struct node *record, struct err *err)
{
	const struct node *value =
		*piece->field ? node_get(record, piece->field) : record;

	if (!value)
		return err_set(err, ERR_INPUT, "--format: there is no field \"%s\"",
			piece->field);
	if (piece->json)
		json_print(str, value, JSON_COMPACT);
	else
		str_add(str, value->text ? value->text : "");
	return true;
}

static void add_heading(struct str *str, const struct piece *piece)
{
	for (const char *at = piece->field; *at; at++) {
		if (at > piece->field && isupper((unsigned char)*at) &&
			islower((unsigned char)at[-1]))
			str_add_c(str, ' ');
		str_add_c(str, (char)toupper((unsigned char)*at));
	}
}

/* record NULL: headings. */
static bool fill(
	struct str *str, const char *text, const struct node *record, struct err *err)
{
	struct piece piece;

	while (*text) {
		if (text_starts(text, "{{")) {
			const char *after = read_piece(text + 2, &piece);

			if (!after)
				return err_set(err, ERR_INPUT,
					"--format: only {{.Field}} and {{json .}} are "
					"known here: \"%s\"",
					text);
			if (!record)
				add_heading(str, &piece);
			else if (!add_piece(str, &piece, record, err))
				return false;
			text = after;
		} else if (text[0] == '\\' && (text[1] == 't' || text[1] == 'n')) {
			str_add_c(str, text[1] == 't' ? '\t' : '\n');
			text += 2;
		} else {
			str_add_c(str, *text++);
		}
	}
	return true;
}

bool template_fill(
	struct str *str, const char *text, const struct node *record, struct err *err)
{
	return fill(str, text, record, err);
}

bool template_header(struct str *str, const char *text, struct err *err)
{
	return fill(str, text, NULL, err);
}
