/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/loader/remote.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "compose/loader/discover.h"
#include "compose/loader/load.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* How many bytes "scheme://" has; 0: there is none. */
static size_t scheme_len(const char *name)
{
	size_t n = strspn(name, LETTERS DIGITS);

	return n && text_starts(name + n, "://") ? n + strlen("://") : 0;
}

/* As ssh and scp write it: user@host:path. */
static bool is_scp(const char *name)
{
	size_t user = strspn(name, LETTERS DIGITS "_-"), host;

	if (!user || name[user] != '@')
		return false;
	host = strspn(name + user + 1, LETTERS DIGITS "-.");
	return host && name[user + 1 + host] == ':';
}

bool remote_is(const char *name)
{
	return scheme_len(name) || is_scp(name);
}

static bool has_scheme(const char *name, const char *scheme)
{
	return strlen(scheme) == scheme_len(name) &&
		!strncasecmp(name, scheme, strlen(scheme));
}

/* What git is asked for, and nothing else: its other transports run programs. */
static bool check_url(const char *name, const char *url, struct err *err)
{
	bool http = has_scheme(url, "https://") || has_scheme(url, "http://");

	if (http && !text_ends(url, ".git"))
		return err_set(err, ERR_INPUT,
			"%s: only files of git repositories can be taken from elsewhere; "
			"the URL of one ends with .git, then #BRANCH:FOLDER may follow",
			name);
	if (!http && !is_scp(url) && !has_scheme(url, "git://") &&
		!has_scheme(url, "ssh://"))
		return err_set(err, ERR_INPUT,
			"%s: not a place that files can be taken from; https://, ssh:// "
			"and git:// URLs of git repositories are, user@host:path, and "
			"oci:// names of a registry",
			name);
	return true;
}

static bool climbs(const char *path)
{
	return !strcmp(path, "..") || text_starts(path, "../");
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "%2F" is "/". NULL: what follows a % is no number of a character, or one that no name has. */
static const char *decode(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text), *end = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '%') {
			int high = hex_value(text[1]);
			int low = high < 0 ? -1 : hex_value(text[2]);

			if (low < 0)
				return NULL;
			c = (unsigned char)(high << 4 | low);
			text += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return NULL;
		*end++ = (char)c;
	}
	*end = '\0';
	return out;
}

/* "#REF:PATH"; the path may hold further colons. */
static void read_fragment(struct arena *arena, const char *fragment, const char **out_ref,
	const char **out_path)
{
	size_t ref = strcspn(fragment, ":");

	if (ref)
		*out_ref = arena_strndup(arena, fragment, ref);
	if (fragment[ref])
		*out_path = fragment + ref + 1;
}

/* Of a URL; what ssh and scp write has no such code. */
static bool read_url_fragment(struct arena *arena, const char *name, const char *fragment,
	const char **out_ref, const char **out_path)
{
	const char *text = is_scp(name) ? fragment : decode(arena, fragment);

	if (text)
		read_fragment(arena, text, out_ref, out_path);
	return text != NULL;
}

/* What may stand behind a "?", and what it says about the ref; NULL: it is the path. */
static const struct {
	const char *key;
	const char *prefix;
} query_keys[] = {
	{"ref=", ""},
	{"branch=", "refs/heads/"},
	{"tag=", "refs/tags/"},
	{"commit=", ""},
	{"subdir=", NULL},
};

static bool read_query_item(struct arena *arena, const char *item, const char **out_ref,
	const char **out_path)
{
	for (size_t i = 0; i < sizeof(query_keys) / sizeof(*query_keys); i++) {
		const char *value = item + strlen(query_keys[i].key);
		const char *prefix = query_keys[i].prefix;
		const char **out = prefix ? out_ref : out_path;

		if (!text_starts(item, query_keys[i].key))
			continue;
		if (*out || !*value)
			return false;
		value = decode(arena, value);
		*out = value ? arena_printf(arena, "%s%s", prefix ? prefix : "", value)
			     : NULL;
		return value != NULL;
	}
	return false;
}

/* "?ref=REF&subdir=PATH", each once. */
static bool read_query(struct arena *arena, const char *query, const char **out_ref,
	const char **out_path)
{
	bool ok = true;

	while (ok && query) {
		size_t len = strcspn(query, "&");

		ok = read_query_item(
			arena, arena_strndup(arena, query, len), out_ref, out_path);
		query = query[len] ? query + len + 1 : NULL;
	}
	return ok;
}

/* An artifact is known by its name alone, and its project is always in this file. */
static void parse_oci(
	struct arena *arena, const char *name, struct remote *out, const char **out_path)
{
	*out = (struct remote){
		.kind = REMOTE_OCI, .url = arena_strdup(arena, name + scheme_len(name))};
	*out_path = "compose.yaml";
}

static bool parse_git(struct arena *arena, const char *name, struct remote *out,
	const char **out_path, struct err *err)
{
	size_t len = strcspn(name, "#"), url = strcspn(name, "?#");
	const char *ref = NULL, *path = NULL;

	if (name[len] && !read_url_fragment(arena, name, name + len + 1, &ref, &path))
		return err_set(err, ERR_INPUT,
			"%s: behind the #, %% begins the code of a character: %%20 is a "
			"blank, %%25 is %%",
			name);
	if (url < len &&
		!read_query(arena, arena_strndup(arena, name + url + 1, len - url - 1),
			&ref, &path))
		return err_set(err, ERR_INPUT,
			"%s: branch and folder are written behind a #, "
			"URL.git#BRANCH:FOLDER; or as ?ref=BRANCH&subdir=FOLDER, each "
			"once, with %%20 for a blank and %%25 for %%",
			name);
	*out = (struct remote){
		.url = arena_strndup(arena, name, url), .ref = ref ? ref : "HEAD"};
	*out_path = path && *path ? path_clean(arena, path) : "";
	if (!check_url(name, out->url, err))
		return false;
	if (*out->ref == '-')
		return err_set(err, ERR_INPUT, "%s: no branch, tag or commit: \"%s\"",
			name, out->ref);
	if (**out_path == '/' || climbs(*out_path))
		return err_set(err, ERR_INPUT,
			"%s: \"%s\" is not inside the repository; name a folder or file "
			"from its top",
			name, path);
	return true;
}

bool remote_parse(struct arena *arena, const char *name, struct remote *out,
	const char **out_path, struct err *err)
{
	if (!has_scheme(name, "oci://"))
		return parse_git(arena, name, out, out_path, err);
	parse_oci(arena, name, out, out_path);
	return true;
}

const char *remote_prefix(struct arena *arena, const struct remote *remote)
{
	if (remote->kind == REMOTE_OCI)
		return arena_printf(arena, "oci://%s#", remote->url);
	return arena_printf(arena, "%s#%s:", remote->url,
		strcmp(remote->ref, "HEAD") ? remote->ref : "");
}

const char *remote_shown(
	struct arena *arena, const struct load_opts *opts, const char *path)
{
	const struct remotes *remotes = opts->remotes;
	const char *name = remotes ? remotes->shown(remotes->ctx, arena, path) : NULL;

	return name ? name : path_shown(arena, opts->cwd, path);
}

bool remote_find(struct arena *arena, const struct load_opts *opts, const char *name,
	const char **out_path, struct err *err)
{
	const struct files *files = opts->files;
	struct remote remote;
	const char *dir = NULL, *path = "", *found;

	if (!remote_parse(arena, name, &remote, &path, err))
		return false;
	if (!opts->remotes)
		return err_set(
			err, ERR_INPUT, "%s: nothing is taken from elsewhere here", name);
	if (!opts->remotes->get(opts->remotes->ctx, arena, &remote, &dir, err))
		return err_wrap(err, "%s", name);
	found = *path ? path_join(arena, dir, path) : dir;
	if (files->is_dir(files->ctx, found)) {
		found = discover_file_in(arena, opts, found);
		if (!found)
			return err_set(err, ERR_INPUT,
				"%s: no compose.yaml, compose.yml, docker-compose.yml or "
				"docker-compose.yaml is there",
				name);
	} else if (!files->is_file(files->ctx, found)) {
		return err_set(err, ERR_INPUT,
			remote.kind == REMOTE_OCI
				? "%s: the artifact has no \"%s\""
				: "%s: the repository has no \"%s\" at that commit",
			name, path);
	}
	*out_path = found;
	return true;
}
