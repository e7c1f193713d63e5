/* SPDX-License-Identifier: Apache-2.0 */
/* Short volumes, as compose-go's format package reads them. */
#include "compose/loader/mounts.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/path.h"

enum { SECTIONS_MAX = 3 };

struct sections {
	const char
		*items[SECTIONS_MAX]; /* source, target, options; or the target alone */
	size_t n;
};

static const struct option {
	const char *name;
	const char *part; /* the mapping that it goes to; NULL: the mount itself */
	const char *key;
	const char *value;
	enum node_kind kind;
} options[] = {
	{"ro", NULL, "read_only", "true", NODE_BOOL},
	{"rw", NULL, "read_only", "false", NODE_BOOL},
	{"nocopy", "volume", "nocopy", "true", NODE_BOOL},
	{"z", "bind", "selinux", "z", NODE_STR},
	{"Z", "bind", "selinux", "Z", NODE_STR},
	{"private", "bind", "propagation", "private", NODE_STR},
	{"rprivate", "bind", "propagation", "rprivate", NODE_STR},
	{"shared", "bind", "propagation", "shared", NODE_STR},
	{"rshared", "bind", "propagation", "rshared", NODE_STR},
	{"slave", "bind", "propagation", "slave", NODE_STR},
	{"rslave", "bind", "propagation", "rslave", NODE_STR},
};

bool mount_is_windows_drive(const char *text)
{
	return isalpha((unsigned char)text[0]) && text[1] == ':';
}

bool mount_source_is_path(const char *source)
{
	return (*source && strchr("./~\\", *source)) || mount_is_windows_drive(source);
}

/* Moves over "${...}", in which colons are the variable's; p stays where there is none. */
static const char *skip_variable(const char *p)
{
	unsigned depth = 0;

	for (const char *q = p; *q; q++) {
		if (q[0] == '$' && q[1] == '{')
			depth++;
		if (depth == 0)
			break;
		if (*q == '}' && --depth == 0)
			return q;
	}
	return p;
}

static bool split(struct arena *arena, const char *text, struct pos pos,
	struct sections *out, struct err *err)
{
	const char *start = text;

	for (const char *p = text;; p++) {
		p = skip_variable(p);
		bool drive =
			p == start + 1 && *p == ':' && isalpha((unsigned char)*start);

		if ((*p && *p != ':') || drive)
			continue;
		if (p == start)
			return err_at(err, pos,
				"not a volume: \"%s\": empty section between colons",
				text);
		if (out->n == SECTIONS_MAX)
			return err_at(err, pos,
				"not a volume: \"%s\": too many colons; "
				"[source:]target[:options] is the form",
				text);
		out->items[out->n++] = arena_strndup(arena, start, (size_t)(p - start));
		if (!*p)
			return true;
		start = p + 1;
	}
}

static struct node *set(struct arena *arena, struct node *map, const char *key,
	enum node_kind kind, const char *text)
{
	struct node *node = node_new(arena, kind, map->pos);

	node->text = text;
	node_set_at(arena, map, key, map->pos, node);
	return node;
}

static struct node *part(struct arena *arena, struct node *mount, const char *key)
{
	struct node *map = node_get(mount, key);

	return map ? map : set(arena, mount, key, NODE_MAP, NULL);
}

static void apply_option(
	struct arena *arena, struct node *mount, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const struct option *o = &options[i];

		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			set(arena, o->part ? part(arena, mount, o->part) : mount, o->key,
				o->kind, o->value);
	}
	/* docker compose takes no notice of unknown ones. */
}

static void apply_options(struct arena *arena, struct node *mount, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");

		apply_option(arena, mount, text, len);
		text += len + (text[len] == ',');
	}
	/* "rw" is what is meant anyway. */
	if (!node_get_bool(mount, "read_only"))
		node_remove(arena, mount, "read_only");
}

struct node *mount_parse(
	struct arena *arena, const char *text, struct pos pos, struct err *err)
{
	struct node *mount = node_new(arena, NODE_MAP, pos);
	struct sections s = {0};
	const char *source, *target;
	bool path;

	if (strlen(text) <= 2)
		s = (struct sections){{text}, 1};
	else if (!split(arena, text, pos, &s, err))
		return NULL;
	if (!*text) {
		err_at(err, pos, "an empty volume");
		return NULL;
	}
	source = s.n > 1 ? s.items[0] : NULL;
	target = s.items[s.n > 1];
	path = source && mount_source_is_path(source);
	set(arena, mount, "type", NODE_STR, path ? "bind" : "volume");
	if (source)
		set(arena, mount, "source", NODE_STR, source);
	set(arena, mount, "target", NODE_STR, path_clean(arena, target));
	if (s.n == SECTIONS_MAX)
		apply_options(arena, mount, s.items[2]);
	if (path)
		set(arena, part(arena, mount, "bind"), "create_host_path", NODE_BOOL,
			"true")
			->marks |= NODE_DEFAULT;
	else if (strlen(text) > 2)
		part(arena, mount, "volume");
	return mount;
}
