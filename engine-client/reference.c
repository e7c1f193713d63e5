/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/reference.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine-client/credentials.h"

static bool has_upper(const char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			return true;
	return false;
}

/* The first part is a registry if it could not be a user's name. */
static const char *registry_of(struct arena *arena, const char *name)
{
	size_t len = strcspn(name, "/");
	const char *first = arena_strndup(arena, name, len);

	if (!name[len] ||
		(!strpbrk(first, ".:") && !text_eq(first, "localhost") &&
			!has_upper(first)))
		return "docker.io";
	return text_eq(first, "index.docker.io") ? "docker.io" : first;
}

struct reference reference_split(struct arena *arena, const char *ref)
{
	struct reference parts = {0};
	char *name = arena_strdup(arena, ref);
	char *at = strchr(name, '@');
	char *colon;

	if (at) {
		*at = '\0';
		parts.digest = at + 1;
	}
	colon = strrchr(name, ':');
	if (colon && !strchr(colon, '/')) {
		*colon = '\0';
		parts.tag = colon + 1;
	}
	parts.name = name;
	parts.registry = registry_of(arena, name);
	return parts;
}

const char *image_registry(struct arena *arena, const char *ref)
{
	return reference_split(arena, ref).registry;
}
