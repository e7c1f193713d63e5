/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/challenge.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define BLANKS " \t\r\n"

static enum challenge_kind kind_of(const char *scheme, size_t len)
{
	if (len == strlen("Bearer") && !strncasecmp(scheme, "Bearer", len))
		return CHALLENGE_BEARER;
	if (len == strlen("Basic") && !strncasecmp(scheme, "Basic", len))
		return CHALLENGE_BASIC;
	return CHALLENGE_NONE;
}

/* "a \"quoted\" text" or a word; *at moves behind it. */
static const char *read_value(struct arena *arena, const char **at)
{
	const char *p = *at;
	char *out = arena_alloc(arena, strlen(p) + 1), *end = out;

	if (*p != '"') {
		size_t len = strcspn(p, "," BLANKS);

		*at = p + len;
		return arena_strndup(arena, p, len);
	}
	for (p++; *p && *p != '"'; p++) {
		p += *p == '\\' && p[1];
		*end++ = *p;
	}
	*end = '\0';
	*at = p + (*p == '"');
	return out;
}

static void keep(struct challenge *out, const char *name, size_t len, const char *value)
{
	const struct {
		const char *name;
		const char **to;
	} known[] = {{"realm", &out->realm}, {"service", &out->service},
		{"scope", &out->scope}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == len &&
			!strncasecmp(known[i].name, name, len))
			*known[i].to = value;
}

struct challenge challenge_read(struct arena *arena, const char *text)
{
	const char *p = text + strspn(text, BLANKS);
	size_t len = strcspn(p, BLANKS);
	struct challenge out = {.kind = kind_of(p, len)};

	for (p += len; *p;) {
		const char *name = p += strspn(p, "," BLANKS);

		len = strcspn(p, "=," BLANKS);
		p += len;
		if (*p == '=') {
			p++;
			keep(&out, name, len, read_value(arena, &p));
		}
	}
	return out;
}
