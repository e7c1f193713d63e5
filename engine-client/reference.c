/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/reference.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
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

/* ---- which texts are names, by the grammar of distribution/reference */

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define ALNUM LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_MAX_BYTES 255
#define TAG_MAX_BYTES 128
#define ID_HEX_BYTES 64

/* ".", "_", "__" or any number of "-", or 0. */
static size_t separator_len(const char *text)
{
	size_t dashes = strspn(text, "-");

	if (dashes)
		return dashes;
	return text[0] == '.' ? 1 : text[0] == '_' ? 1 + (text[1] == '_') : 0;
}

/* Small letters and digits, with a separator only between them; and so after each slash. */
static bool is_path(const char *path)
{
	for (;;) {
		size_t n = strspn(path, LOWER);

		if (!n)
			return false;
		path += n;
		if (!*path)
			return true;
		n = *path == '/' ? 1 : separator_len(path);
		if (!n)
			return false;
		path += n;
	}
}

static bool is_port(const char *text)
{
	return !*text ||
		(text[0] == ':' && text[1] && !text[1 + strspn(text + 1, "0123456789")]);
}

static bool is_host(const char *host)
{
	if (*host == '[') {
		size_t n = strspn(host + 1, "0123456789abcdefABCDEF:");

		return n && host[1 + n] == ']' && is_port(host + n + 2);
	}
	for (;;) {
		size_t n = strspn(host, ALNUM "-");

		if (!n || host[0] == '-' || host[n - 1] == '-')
			return false;
		if (host[n] != '.')
			return is_port(host + n);
		host += n + 1;
	}
}

static bool is_tag(const char *tag)
{
	size_t n = strspn(tag, ALNUM "_.-");

	return n && !tag[n] && n <= TAG_MAX_BYTES && !strchr(".-", *tag);
}

static bool is_digest(const char *digest)
{
	static const struct {
		const char *algorithm;
		size_t nhex;
	} algorithms[] = {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		const char *hex = digest + strlen(algorithms[i].algorithm);

		if (text_starts(digest, algorithms[i].algorithm))
			return strlen(hex) == algorithms[i].nhex &&
				!hex[strspn(hex, "0123456789abcdef")];
	}
	return false;
}

static bool is_id(const char *ref)
{
	return strlen(ref) == ID_HEX_BYTES && !ref[strspn(ref, "0123456789abcdef")];
}

/* The part of the name that is not the registry. */
static const char *path_in_registry(struct arena *arena, const struct reference *parts)
{
	const char *slash = strchr(parts->name, '/'), *path = parts->name;
	bool is_named = slash &&
		(!text_eq(parts->registry, "docker.io") ||
			text_starts(path, "docker.io/") ||
			text_starts(path, "index.docker.io/"));

	if (is_named)
		path = slash + 1;
	if (text_eq(parts->registry, "docker.io") && !strchr(path, '/'))
		path = arena_printf(arena, "library/%s", path);
	return path;
}

static bool no_name(const char *ref, const char *why, struct err *err)
{
	return err_set(err, ERR_INPUT, "invalid reference format: \"%s\"%s", ref, why);
}

bool reference_full(
	struct arena *arena, const char *ref, const char **out, struct err *err)
{
	struct reference parts = reference_split(arena, ref);
	const char *path = path_in_registry(arena, &parts);

	if (is_id(ref))
		return no_name(ref, " is an id; name a repository", err);
	if (has_upper(path))
		return no_name(ref, ": the repository's name must be lowercase", err);
	if (!is_host(parts.registry) || !is_path(path) ||
		(parts.tag && !is_tag(parts.tag)))
		return no_name(ref, "", err);
	if (parts.digest && !is_digest(parts.digest))
		return no_name(ref, ": unsupported digest", err);
	if (strlen(parts.registry) + 1 + strlen(path) > NAME_MAX_BYTES)
		return no_name(ref, ": the name is longer than 255 characters", err);
	*out = parts.digest
		? arena_printf(arena, "%s/%s@%s", parts.registry, path, parts.digest)
		: arena_printf(arena, "%s/%s:%s", parts.registry, path,
			  parts.tag ? parts.tag : "latest");
	return true;
}
