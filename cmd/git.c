/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ref becomes a commit (git ls-remote), the commit a directory: <cache>/docker-compose/<commit>, the same as docker
 * compose's, so that paths of bind mounts agree. It is filled under another name and then renamed: what is there is
 * whole.
 */
#include "cmd/git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/cache.h"
#include "cmd/child.h"
#include "compose/loader/remote.h"

#define COMMIT_HEX_BYTES 40

/* ---- what git is run with */

/* They would point git at the repository that davit may be called from, in a hook for example. */
static const char *const foreign[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
	"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
	"GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_NAMESPACE"};

/* Unless people say otherwise: nobody is asked for a password, and no transport runs a program that a URL names. */
static const struct pair settings[] = {
	{.key = "GIT_TERMINAL_PROMPT", .value = "0"},
	{.key = "GIT_SSH_COMMAND", .value = "ssh -o ControlMaster=no -o BatchMode=yes"},
	{.key = "GIT_ALLOW_PROTOCOL", .value = "http:https:ssh:git"},
};

static bool is_foreign(const char *name)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (text_eq(foreign[i], name))
			return true;
	return false;
}

static const char *const *environment(struct app *app)
{
	struct arena *arena = &app->arena;
	struct strings out = {0};

	for (size_t i = 0; i < app->environment.n; i++) {
		const struct pair *pair = &app->environment.items[i];

		if (!is_foreign(pair->key))
			ARENA_PUSH(arena, out.items, out.n,
				arena_printf(arena, "%s=%s", pair->key, pair->value));
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!app_getenv(app, settings[i].key) &&
			!(text_eq(settings[i].key, "GIT_SSH_COMMAND") &&
				app_getenv(app, "GIT_SSH")))
			ARENA_PUSH(arena, out.items, out.n,
				arena_printf(arena, "%s=%s", settings[i].key,
					settings[i].value));
	ARENA_PUSH(arena, out.items, out.n, NULL);
	return out.items;
}

static bool run_git(
	struct app *app, const char *const *args, struct child *out, struct err *err)
{
	*out = (struct child){
		.args = args, .environment = environment(app), .arena = &app->arena};
	if (child_run(out, err))
		return true;
	return err->status == ENOENT
		? err_set(err, ERR_SYSTEM,
			  "git is needed for this, and is not there; "
			  "install it (on Debian: apt install git)")
		: false;
}

/* The last thing that git says is why. */
static bool git_failed(const struct child *run, const char *what, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "%s:\n%s", what,
		*run->output ? run->output : "git failed and said nothing");
}

/* ---- from a ref to a commit */

static bool is_commit(const char *text)
{
	return strlen(text) == COMMIT_HEX_BYTES &&
		!text[strspn(text, "0123456789abcdef")];
}

/* The commit in the line of exactly that ref, or NULL: git lists all refs that end with it. */
static const char *commit_of(struct arena *arena, const char *output, const char *ref)
{
	for (const char *line = output; *line;) {
		size_t len = strcspn(line, "\n");
		const char *commit = arena_strndup(arena, line, strcspn(line, "\t\n"));
		size_t start = strlen(commit) + 1;

		if (is_commit(commit) && start < len && strlen(ref) == len - start &&
			!memcmp(line + start, ref, len - start))
			return commit;
		line += len + (line[len] == '\n');
	}
	return NULL;
}

/* In the order in which git itself looks refs up. */
static const char *pick_commit(struct arena *arena, const char *output, const char *ref)
{
	static const char *const prefixes[] = {"", "refs/", "refs/tags/", "refs/heads/"};
	const char *commit = NULL;

	for (size_t i = 0; !commit && i < sizeof(prefixes) / sizeof(*prefixes); i++)
		commit = commit_of(
			arena, output, arena_printf(arena, "%s%s", prefixes[i], ref));
	return commit;
}

static bool find_commit(
	struct app *app, const struct remote *remote, const char **out, struct err *err)
{
	const char *const args[] = {
		"git", "ls-remote", "--", remote->url, remote->ref, NULL};
	struct child run;

	*out = remote->ref;
	if (is_commit(remote->ref))
		return true;
	if (!run_git(app, args, &run, err))
		return false;
	if (run.status)
		return git_failed(&run, "the repository cannot be read", err);
	*out = pick_commit(&app->arena, run.output, remote->ref);
	return *out ? true
		    : err_set(err, ERR_INPUT,
			      "the repository has no branch or tag \"%s\"; a commit is "
			      "named by all of its %d digits",
			      remote->ref, COMMIT_HEX_BYTES);
}

/* ---- from a commit to a directory */

/* Checking out is the last step, and the one that writes a commit into HEAD. */
static bool is_whole(struct arena *arena, const char *dir)
{
	char head[COMMIT_HEX_BYTES + 1] = "";
	auto_file file = fopen(path_join(arena, dir, ".git/HEAD"), "re");

	return file && fgets(head, sizeof(head), file) && is_commit(head);
}

static bool fill(struct app *app, const char *dir, const char *url, const char *commit,
	struct err *err)
{
	const char *const init[] = {"git", "init", "-q", "--", dir, NULL};
	const char *const fetch[] = {
		"git", "-C", dir, "fetch", "-q", "--depth=1", "--", url, commit, NULL};
	const char *const checkout[] = {
		"git", "-C", dir, "checkout", "-q", "--detach", commit, "--", NULL};
	const char *const *const steps[] = {init, fetch, checkout};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct child run;

		if (!run_git(app, steps[i], &run, err))
			return false;
		if (run.status)
			return git_failed(&run,
				arena_printf(&app->arena, "git %s",
					steps[i] == init ? "init" : steps[i][3]),
				err);
	}
	return true;
}

/* Another run may have been faster; what is in the way and not whole was left behind by one that failed. */
static bool move_in(
	struct arena *arena, const char *from, const char *to, struct err *err)
{
	if (rename(from, to) == 0)
		return true;
	if (is_whole(arena, to)) {
		cache_drop(from);
		return true;
	}
	cache_drop(to);
	return rename(from, to) == 0 || is_whole(arena, to) ||
		err_sys(err, "make %s", to);
}

static bool check_out(struct app *app, const struct remote *remote, const char *commit,
	const char **out_dir, struct err *err)
{
	struct arena *arena = &app->arena;
	const char *cache = NULL, *dir;
	char *work;

	if (!cache_dir(app, &cache, err))
		return false;
	*out_dir = dir = path_join(arena, cache, commit);
	if (is_whole(arena, dir))
		return true;
	work = arena_strdup(arena, path_join(arena, cache, ".davit-XXXXXX"));
	if (!mkdtemp(work))
		return err_sys(err, "make %s", work);
	if (fill(app, work, remote->url, commit, err) && move_in(arena, work, dir, err))
		return true;
	cache_drop(work);
	return false;
}

bool git_get(struct app *app, const struct remote *remote, const char **out_dir,
	struct err *err)
{
	const char *commit = NULL;

	return find_commit(app, remote, &commit, err) &&
		check_out(app, remote, commit, out_dir, err);
}
