/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for files, and the order in which flags, variables and places are believed. */
#include "compose/loader/discover.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "compose/loader/dotenv.h"
#include "compose/loader/load.h"
#include "compose/loader/remote.h"

static const char *const file_names[] = {
	"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", NULL};

static const char *const override_names[] = {"compose.override.yml",
	"compose.override.yaml", "docker-compose.override.yml",
	"docker-compose.override.yaml", NULL};

static bool is_file(const struct load_opts *opts, const char *path)
{
	return opts->files->is_file(opts->files->ctx, path);
}

static const char *absolute(
	struct arena *arena, const struct load_opts *opts, const char *path)
{
	if (!strcmp(path, "-"))
		return path;
	return path_join(arena, opts->cwd, path_expand_home(arena, opts->home, path));
}

/* Go's ParseBool words, and y. */
static bool is_true(const char *text)
{
	static const char *const words[] = {"1", "t", "true", "y"};

	for (size_t i = 0; text && i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(text, words[i]))
			return true;
	return false;
}

static void split(
	struct arena *arena, const char *text, const char *separator, struct strings *out)
{
	while (text) {
		const char *next = *separator ? strstr(text, separator) : NULL;
		const char *item =
			next ? arena_strndup(arena, text, (size_t)(next - text)) : text;

		if (*item)
			ARENA_PUSH(arena, out->items, out->n, item);
		text = next ? next + strlen(separator) : NULL;
	}
}

/* --project-directory, or the directory of the first file that is one here, or where we are. */
static const char *start_dir(
	struct arena *arena, const struct load_opts *opts, const struct strings *files)
{
	size_t i = 0;

	if (opts->project_dir)
		return absolute(arena, opts, opts->project_dir);
	while (i < files->n && !strcmp(files->items[i], "-"))
		i++;
	return i < files->n && !remote_is(files->items[i])
		? path_dir(arena, absolute(arena, opts, files->items[i]))
		: opts->cwd;
}

static struct env *new_layer(struct arena *arena, const struct env *above)
{
	struct env *env = ARENA_NEW(arena, struct env);

	env_init(env, arena, above);
	return env;
}

static struct env *shell_env(struct arena *arena, const struct load_opts *opts)
{
	struct env *env = new_layer(arena, NULL);

	env_add(env, &opts->environment);
	if (!env_get(env, "PWD"))
		env_set(env, "PWD", opts->cwd, (struct pos){0});
	return env;
}

/* Files that were named: a missing one is an error. */
static bool read_named(struct arena *arena, const struct load_opts *opts,
	const struct strings *paths, struct env *into, struct errs *errs)
{
	bool ok = true;

	for (size_t i = 0; i < paths->n; i++) {
		const char *path = paths->items[i];
		const char *name = path_shown(arena, opts->cwd, path);

		if (!strcmp(path, "/dev/null"))
			continue;
		if (!is_file(opts, path)) {
			errs_add(errs, (struct pos){0}, "couldn't find env file: %s",
				path);
			ok = false;
		} else if (!dotenv_read_file(
				   arena, opts->files, path, name, DOTENV, into, errs)) {
			ok = false;
		}
	}
	return ok;
}

static bool read_default(struct arena *arena, const struct load_opts *opts,
	const char *dir, struct env *into, struct errs *errs)
{
	const char *path = path_join(arena, dir, ".env");

	if (is_true(env_get(into, "COMPOSE_DISABLE_ENV_FILE")) || !is_file(opts, path))
		return true;
	return dotenv_read_file(arena, opts->files, path,
		path_shown(arena, opts->cwd, path), DOTENV, into, errs);
}

bool discover_env(struct arena *arena, const struct load_opts *opts,
	struct discovery *out, struct errs *errs)
{
	struct env *shell = shell_env(arena, opts);
	struct strings named = opts->env_files;

	*out = (struct discovery){
		.working_dir = start_dir(arena, opts, &opts->config_files),
		.shell = shell,
		.env = new_layer(arena, shell)};
	if (!named.n)
		split(arena, env_get(shell, "COMPOSE_ENV_FILES"), ",", &named);
	for (size_t i = 0; i < named.n; i++)
		ARENA_PUSH(arena, out->env_files.items, out->env_files.n,
			absolute(arena, opts, named.items[i]));
	if (named.n)
		return read_named(arena, opts, &out->env_files, out->env, errs);
	return read_default(arena, opts, out->working_dir, out->env, errs);
}

static const char *first_there(struct arena *arena, const struct load_opts *opts,
	const char *dir, const char *const *names, const char **out_second)
{
	const char *first = NULL;

	*out_second = NULL;
	for (; *names; names++) {
		const char *path = path_join(arena, dir, *names);

		if (!is_file(opts, path))
			continue;
		if (first) {
			*out_second = path;
			return first;
		}
		first = path;
	}
	return first;
}

/* Upwards from a directory to the first one with a file. */
static void look_around(struct arena *arena, const struct load_opts *opts,
	struct discovery *out, struct errs *errs)
{
	const char *dir = out->working_dir, *found, *second, *override;

	while (!(found = first_there(arena, opts, dir, file_names, &second)) &&
		strcmp(dir, "/"))
		dir = path_dir(arena, dir);
	if (!found)
		return;
	if (second)
		errs_warn(errs, (struct pos){.file = path_shown(arena, opts->cwd, found)},
			"Found multiple config files with supported names: %s, %s; "
			"using %s",
			found, second, found);
	ARENA_PUSH(arena, out->config_files.items, out->config_files.n, found);
	override = first_there(arena, opts, dir, override_names, &second);
	if (override)
		ARENA_PUSH(arena, out->config_files.items, out->config_files.n, override);
}

const char *discover_file_in(
	struct arena *arena, const struct load_opts *opts, const char *dir)
{
	const char *second;

	return first_there(arena, opts, dir, file_names, &second);
}

/* -f, else COMPOSE_FILE; empty: neither. */
static struct strings named_files(
	struct arena *arena, const struct load_opts *opts, const struct env *env)
{
	struct strings named = opts->config_files;
	const char *separator = env_get(env, "COMPOSE_PATH_SEPARATOR");

	if (!named.n)
		split(arena, env_get(env, "COMPOSE_FILE"),
			separator && *separator ? separator : ":", &named);
	return named;
}

/* Where the files are, and the directory of the first that is from elsewhere; NULL: none is. */
static bool locate(struct arena *arena, const struct load_opts *opts,
	const struct strings *named, struct strings *out, const char **remote_dir,
	struct errs *errs)
{
	*remote_dir = NULL;
	for (size_t i = 0; i < named->n; i++) {
		const char *path = NULL;
		struct err err = {0};

		if (!remote_is(named->items[i])) {
			path = absolute(arena, opts, named->items[i]);
		} else if (!remote_find(arena, opts, named->items[i], &path, &err)) {
			errs_add_err(errs, &err);
			continue;
		} else if (!*remote_dir) {
			*remote_dir = path_dir(arena, path);
		}
		ARENA_PUSH(arena, out->items, out->n, path);
	}
	return out->n == named->n;
}

static void not_found(const char *start, struct errs *errs)
{
	errs_add(errs, (struct pos){0},
		"no configuration file provided: not found (looked for compose.yaml, "
		"compose.yml, docker-compose.yml and docker-compose.yaml in %s and "
		"above; -f names another)",
		start);
}

/* The .env of the project, if it is not the one that is read already. */
static bool read_project_env(struct arena *arena, const struct load_opts *opts,
	const char *start, struct discovery *out, struct errs *errs)
{
	if (out->env_files.n || !strcmp(start, out->name_dir))
		return true;
	out->env = new_layer(arena, out->env);
	return read_default(arena, opts, out->name_dir, out->env, errs);
}

/*
 * A file from elsewhere has its own directory, which all relative paths are relative to then; but name and .env are
 * those of the place where it is used.
 */
bool discover_files(struct arena *arena, const struct load_opts *opts,
	struct discovery *out, struct errs *errs)
{
	const char *start = out->working_dir, *remote_dir;
	const struct strings named = named_files(arena, opts, out->env);

	if (!locate(arena, opts, &named, &out->config_files, &remote_dir, errs))
		return false;
	if (!named.n)
		look_around(arena, opts, out, errs);
	if (!out->config_files.n) {
		not_found(start, errs);
		return false;
	}
	out->name_dir = start;
	if (!opts->project_dir && strcmp(out->config_files.items[0], "-") &&
		!(named.n && remote_is(named.items[0])))
		out->name_dir = path_dir(arena, out->config_files.items[0]);
	out->working_dir = remote_dir ? remote_dir : out->name_dir;
	return read_project_env(arena, opts, start, out, errs);
}

bool project_name_valid(const char *name)
{
	if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name))
		return false;
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")];
}

/* Lower case, only [a-z0-9_-], nothing but a letter or digit in front. */
static const char *normal_name(struct arena *arena, const char *text)
{
	char *name = arena_alloc(arena, strlen(text) + 1);
	size_t n = 0;

	for (; *text; text++) {
		char c = (char)tolower((unsigned char)*text);

		if (islower((unsigned char)c) || isdigit((unsigned char)c) ||
			(n > 0 && (c == '_' || c == '-')))
			name[n++] = c;
	}
	return name;
}

static const char *checked_name(const char *name, const char *origin, struct errs *errs)
{
	if (project_name_valid(name))
		return name;
	errs_add(errs, (struct pos){0},
		"invalid project name \"%s\" (%s): must consist only of lowercase "
		"alphanumeric characters, "
		"hyphens, and underscores as well as start with a letter or number",
		name, origin);
	return NULL;
}

const char *discover_name(struct arena *arena, const struct load_opts *opts,
	const struct discovery *found, const char *file_name, struct pos file_pos,
	enum name_source *out_source, struct errs *errs)
{
	const char *variable = env_get(found->env, "COMPOSE_PROJECT_NAME"), *name;

	*out_source = NAME_FLAG;
	if (opts->project_name && *opts->project_name)
		return checked_name(opts->project_name, "-p", errs);
	*out_source = NAME_ENVIRONMENT;
	if (variable && *variable)
		return checked_name(variable, "COMPOSE_PROJECT_NAME", errs);
	*out_source = NAME_FILE;
	if (file_name && *file_name) {
		name = normal_name(arena, file_name);
		if (*name)
			return name;
		errs_add(errs, file_pos,
			"name: \"%s\" holds no letter or digit that a project's name "
			"could keep",
			file_name);
		return NULL;
	}
	*out_source = NAME_DIRECTORY;
	name = normal_name(arena, path_base(found->name_dir));
	if (*name)
		return name;
	errs_add(errs, (struct pos){0},
		"project name must not be empty: \"%s\" gives none; use -p or name:",
		found->name_dir);
	return NULL;
}
