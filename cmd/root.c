/* SPDX-License-Identifier: Apache-2.0 */
/* The flags before the command, as one table, and their defaults out of the environment. */
#include "cmd/root.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "compose/model/project.h"

#define R struct root_flags

const struct option root_opts[] = {
	O_BOOL(R, all_resources, "all-resources",
		.help = "Keep networks, volumes, configs and secrets that no service "
			"uses"),
	O_TEXT(R, ansi, "ansi", .value = "WHEN",
		.help = "Colours and cursor: auto, never or always"),
	O_TRI(R, compatibility, "compatibility",
		.help = "Name things with \"_\" as Compose v1 did"),
	O_TEXT(R, config, "config", .value = "DIR", .flags = OPTION_HIDDEN,
		.help = "Directory of docker's client configuration"),
	O_TEXT(R, context, "context", .letter = 'c', .value = "NAME",
		.help = "Engine to talk to, by the name of a docker context"),
	O_BOOL(R, debug, "debug", .letter = 'D', .help = "Tell more about errors"),
	O_TEXT(R, dns, "dns", .value = "MODE",
		.help = "Who answers names of services: off, assist, authoritative or "
			"direct"),
	O_BOOL(R, dry_run, "dry-run", .help = "Show what would be done, and do nothing"),
	O_TEXTS(R, env_files, "env-file", .value = "FILE",
		.help = "Variables for the Compose file, instead of .env; may be "
			"repeated"),
	O_TEXTS(R, files, "file", .letter = 'f', .value = "FILE",
		.help = "Compose file, \"-\" for standard input, or the URL of one in a "
			"git "
			"repository, URL.git#REF:PATH; may be repeated"),
	O_BOOL(R, help, "help", .letter = 'h', .help = "Show help"),
	O_TEXTS(R, hosts, "host", .letter = 'H', .value = "URL",
		.help = "Engine to talk to: unix://, tcp://, ssh://"),
	O_TEXT(R, log_level, "log-level", .letter = 'l', .value = "LEVEL",
		.flags = OPTION_HIDDEN | OPTION_IGNORED,
		.help = "Accepted for docker's sake"),
	O_BOOL(R, no_ansi, "no-ansi", .flags = OPTION_DEPRECATED,
		.help = "The same as --ansi never"),
	O_INT(R, parallel, "parallel", .value = "N",
		.help = "At most N changing calls at a time (16)"),
	O_TEXTS(R, profiles, "profile", .value = "NAME",
		.help = "Enable a profile, \"*\" for all; may be repeated"),
	O_TEXT(R, progress, "progress", .value = "KIND",
		.help = "How to show progress: auto, tty, plain, json or quiet"),
	O_TEXT(R, project_directory, "project-directory", .value = "DIR",
		.help = "Where relative paths start (where the first file is)"),
	O_TEXT(R, project_name, "project-name", .letter = 'p', .value = "NAME",
		.help = "Name of the project"),
	O_BOOL(R, strict, "strict",
		.help = "Take warnings about the project's files for errors, and warn "
			"of what only a swarm acts on"),
	O_TRI(R, tls, "tls", .flags = OPTION_HIDDEN, .help = "Use TLS"),
	O_TEXT(R, tls_ca, "tlscacert", .value = "FILE", .flags = OPTION_HIDDEN,
		.help = "Trust only servers signed by this CA"),
	O_TEXT(R, tls_cert, "tlscert", .value = "FILE", .flags = OPTION_HIDDEN,
		.help = "TLS certificate"),
	O_TEXT(R, tls_key, "tlskey", .value = "FILE", .flags = OPTION_HIDDEN,
		.help = "TLS key"),
	O_TRI(R, tls_verify, "tlsverify", .flags = OPTION_HIDDEN,
		.help = "Use TLS and check the server"),
	O_BOOL(R, verbose, "verbose", .flags = OPTION_HIDDEN,
		.help = "The same as --debug"),
	O_BOOL(R, version, "version", .letter = 'v', .help = "Show the version"),
	O_TEXT(R, workdir, "workdir", .value = "DIR", .flags = OPTION_DEPRECATED,
		.help = "The same as --project-directory"),
	OPTION_END,
};

bool root_parse(struct arena *arena, int argc, char *const *argv, struct root_flags *out,
	struct operands *out_rest, struct err *err)
{
	const struct option_target target = {root_opts, out};
	const struct parse parse = {
		.targets = &target, .ntargets = 1, .stop_at_operand = true};

	memset(out, 0, sizeof(*out));
	if (!options_parse(arena, &parse, argc, argv, out_rest, err))
		return false;
	if (out_rest->n == 0 || strcmp(out_rest->items[0], "compose") != 0)
		return true;
	argv += argc - (int)out_rest->n + 1;
	return options_parse(arena, &parse, (int)out_rest->n - 1, argv, out_rest, err);
}

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(text, *words))
			return true;
	return false;
}

/* The first that is set: the flag, the variable, the fallback. */
static const char *first_of(const char *flag, const char *variable, const char *fallback)
{
	if (flag)
		return flag;
	return variable && *variable ? variable : fallback;
}

/* A comma list, without blanks around its items. */
static struct strings split_commas(struct arena *arena, const char *text)
{
	struct strings list = {0};

	while (text && *text) {
		size_t len = strcspn(text, ",");
		const char *item = text + strspn(text, " ");
		size_t end = len;

		while (end > 0 && text[end - 1] == ' ')
			end--;
		if (item < text + end)
			ARENA_PUSH(arena, list.items, list.n,
				arena_strndup(arena, item, (size_t)(text + end - item)));
		text += len + (text[len] == ',');
	}
	list.set = list.n > 0;
	return list;
}

static bool settle_progress(const struct root_flags *flags,
	const struct pairs *environment, struct root *out, struct err *err)
{
	static const char *const kinds[] = {
		"auto", "tty", "plain", "json", "quiet", "none", NULL};
	const char *kind = first_of(
		flags->progress, pairs_get(environment, "COMPOSE_PROGRESS"), "auto");

	if (!one_of(kind, kinds))
		return err_set(err, ERR_INPUT,
			"unsupported --progress value \"%s\"\nIt is one of auto, tty, "
			"plain, json, quiet.",
			kind);
	out->progress = text_eq(kind, "none") ? "quiet" : kind;
	return true;
}

bool root_settle(struct arena *arena, const struct root_flags *flags,
	const struct pairs *environment, struct root *out, struct err *err)
{
	if (flags->workdir && flags->project_directory)
		return err_set(err, ERR_INPUT,
			"--workdir is --project-directory: give only one of them");
	if (flags->hosts.n > 1)
		return err_set(err, ERR_INPUT,
			"-H, --host was given twice; davit talks to one engine");
	if (flags->hosts.n > 0 && flags->context)
		return err_set(err, ERR_INPUT,
			"--host and --context both name an engine: give only one of "
			"them");
	*out = (struct root){
		.files = flags->files,
		.project_name = flags->project_name,
		.project_directory =
			first_of(flags->project_directory, flags->workdir, NULL),
		.profiles = flags->profiles,
		.env_files = flags->env_files,
		.all_resources = flags->all_resources,
		.dry_run = flags->dry_run,
		.strict = flags->strict,
		.debug = flags->debug || flags->verbose,
		.host = flags->hosts.n ? flags->hosts.items[0] : NULL,
		.context = flags->context,
		.docker_config = first_of(
			flags->config, pairs_get(environment, "DOCKER_CONFIG"), NULL),
		.tls = flags->tls,
		.tls_verify = flags->tls_verify,
		.tls_ca = flags->tls_ca,
		.tls_cert = flags->tls_cert,
		.tls_key = flags->tls_key,
	};
	if (!out->env_files.set)
		out->env_files =
			split_commas(arena, pairs_get(environment, "COMPOSE_ENV_FILES"));
	return settle_progress(flags, environment, out, err) &&
		root_settle_env(flags, environment, out, err);
}

/* Words that are none of the three silently mean "never" to docker compose; a typing error is told here. */
static bool settle_ansi(const struct root_flags *flags, const struct pairs *environment,
	struct root *out, struct err *err)
{
	static const char *const whens[] = {"auto", "never", "always", NULL};
	const char *fallback = flags->no_ansi ? "never" : "auto";

	out->ansi =
		first_of(flags->ansi, pairs_get(environment, "COMPOSE_ANSI"), fallback);
	if (!one_of(out->ansi, whens))
		return err_set(err, ERR_INPUT,
			"unsupported --ansi value \"%s\"\nIt is one of auto, never, "
			"always.",
			out->ansi);
	if (text_eq(out->progress, "tty") && text_eq(out->ansi, "never"))
		return err_set(err, ERR_INPUT,
			"--progress tty cannot be drawn with --ansi never");
	if (text_eq(out->progress, "plain") && text_eq(out->ansi, "always"))
		return err_set(err, ERR_INPUT,
			"--progress plain has nothing to colour: --ansi always");
	return true;
}

static bool settle_parallel(const struct root_flags *flags,
	const struct pairs *environment, struct root *out, struct err *err)
{
	const char *limit = pairs_get(environment, "COMPOSE_PARALLEL_LIMIT");

	out->parallel = opt_i64_or(flags->parallel, 0);
	if (flags->parallel.set || !limit || !*limit)
		return true;
	if (!parse_i64(limit, &out->parallel) || out->parallel > INT_MAX)
		return err_set(err, ERR_INPUT,
			"COMPOSE_PARALLEL_LIMIT is not a number: \"%s\"", limit);
	return true;
}

static bool check_dns(const char *mode, const char *from, struct err *err)
{
	return !mode || dns_mode_of(mode) >= 0 ||
		err_set(err, ERR_INPUT,
			"unsupported %s value \"%s\"\nIt is one of off, assist, "
			"authoritative, direct.",
			from, mode);
}

static bool settle_dns(const struct root_flags *flags, const struct pairs *environment,
	struct root *out, struct err *err)
{
	out->dns = flags->dns;
	out->dns_default = first_of(NULL, pairs_get(environment, "DAVIT_DNS"), NULL);
	return check_dns(out->dns, "--dns", err) &&
		check_dns(out->dns_default, "DAVIT_DNS", err);
}

bool root_settle_env(const struct root_flags *flags, const struct pairs *environment,
	struct root *out, struct err *err)
{
	const char *compatibility = pairs_get(environment, "COMPOSE_COMPATIBILITY");

	out->compatibility = flags->compatibility.value;
	if (!flags->compatibility.set && compatibility)
		parse_bool(compatibility, &out->compatibility);
	return settle_ansi(flags, environment, out, err) &&
		settle_dns(flags, environment, out, err) &&
		settle_parallel(flags, environment, out, err);
}
