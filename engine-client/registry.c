/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question is asked as nobody first; a registry that wants to know says so, and is asked once more with a password
 * or a token. Tokens are for the repository and serve for the rest.
 */
#include "engine-client/registry.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/base64.h"
#include "engine-client/challenge.h"
#include "engine-client/curl-start.h"

#define CONNECT_TIMEOUT_S 15L
#define ANSWER_TIMEOUT_S 120L
#define REDIRECTS_MAX 5L
#define TOKEN_MAX_BYTES ((size_t)1 << 20) /* of the answer that has one */
#define MESSAGE_MAX_BYTES 300

struct registry {
	struct arena arena;
	const struct registry_opts *opts;
	CURL *easy;
	const char *scheme;         /* "https" */
	bool is_local;              /* need not speak TLS */
	bool has_answered;          /* so scheme is settled */
	const char *authorization;  /* the header's value; NULL: none */
	struct challenge challenge; /* of the last answer */
	const char *location;       /* of the last answer, NULL: it names none */
	char curl_error[CURL_ERROR_SIZE];
};

/* ---- one question */

struct question {
	struct registry *registry;
	const char *url;
	const char *accept;
	const char *authorization;
	const char *form;   /* NULL: GET, unless there is a method */
	const char *method; /* "HEAD", "POST", "PUT"; NULL: see form */
	const char *type;   /* of the body */
	const struct str *body;
	struct str *out;
};

static size_t on_data(char *data, size_t size, size_t n, void *ctx)
{
	struct str *out = ctx;

	str_add_n(out, data, size * n);
	return out->full ? CURL_WRITEFUNC_ERROR : size * n;
}

/* A token is what is wanted, where there is a choice. */
static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	static const char name[] = "www-authenticate:", place[] = "location:";
	struct registry *registry = ctx;
	size_t len = size * n;

	if (len > strlen(name) && !strncasecmp(line, name, strlen(name))) {
		const char *text = arena_strndup(
			&registry->arena, line + strlen(name), len - strlen(name));
		struct challenge found = challenge_read(&registry->arena, text);

		if (found.kind > registry->challenge.kind)
			registry->challenge = found;
	}
	if (len > strlen(place) && !strncasecmp(line, place, strlen(place))) {
		line += strlen(place) + strspn(line + strlen(place), " \t");
		registry->location =
			arena_strndup(&registry->arena, line, strcspn(line, " \t\r\n"));
	}
	return len;
}

static struct curl_slist *add_header(struct registry *registry, struct curl_slist *list,
	const char *name, const char *value)
{
	return value ? curl_slist_append(list,
			       arena_printf(&registry->arena, "%s: %s", name, value))
		     : list;
}

/* Only what is read may be somewhere else: nothing is written where the registry did not say so itself. */
static void set_body(const struct question *question)
{
	CURL *easy = question->registry->easy;
	const char *body = question->body ? str_text(question->body) : question->form;

	if (body || text_eq(question->method, "POST")) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(question->body ? question->body->len
					: body      ? strlen(body)
						    : 0));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body ? body : "");
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, question->method);
		return;
	}
	curl_easy_setopt(
		easy, CURLOPT_NOBODY, text_eq(question->method, "HEAD") ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
}

static void set_up(const struct question *question)
{
	struct registry *registry = question->registry;
	CURL *easy = registry->easy;
	const char *protocols =
		text_starts(question->url, "https:") ? "https" : "http,https";

	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, question->url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, registry->curl_error);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, registry->opts->user_agent);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, ANSWER_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, registry);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, question->out);
	set_body(question);
	if (registry->is_local) {
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static bool not_reached(const struct question *question, CURLcode code, struct err *err)
{
	const struct registry *registry = question->registry;

	if (question->out->full)
		return err_set(err, ERR_REGISTRY, "the answer is longer than %zu bytes",
			question->out->max_bytes);
	return err_set(err, ERR_CONNECTION, "the registry cannot be reached: %s%s",
		*registry->curl_error ? registry->curl_error : curl_easy_strerror(code),
		code == CURLE_SSL_CONNECT_ERROR
			? "\nIt has to speak TLS, unless it is on this machine."
			: "");
}

static CURLcode perform(const struct question *question, long *out_status)
{
	struct registry *registry = question->registry;
	struct curl_slist *headers = NULL;
	CURLcode code;

	registry->challenge = (struct challenge){0};
	registry->location = NULL;
	registry->curl_error[0] = '\0';
	str_clear(question->out);
	set_up(question);
	headers = add_header(registry, headers, "Accept", question->accept);
	headers = add_header(registry, headers, "Content-Type", question->type);
	headers = add_header(registry, headers, "Authorization", question->authorization);
	curl_easy_setopt(registry->easy, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(registry->easy);
	curl_easy_getinfo(registry->easy, CURLINFO_RESPONSE_CODE, out_status);
	curl_slist_free_all(headers);
	return code;
}

/* ---- a token */

/* Header and URL would end where such a text has a control character. */
static bool is_plain(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f)
			return false;
	return text != NULL;
}

static const char *basic(struct registry *registry)
{
	const char *user = node_get_text(registry->opts->auth, "username");
	const char *password = node_get_text(registry->opts->auth, "password");
	auto_str plain = {0}, out = {0};

	if (!user || !*user || !password)
		return NULL;
	str_printf(&plain, "%s:%s", user, password);
	str_add(&out, "Basic ");
	base64_encode(&out, str_text(&plain), plain.len, false);
	return arena_strdup(&registry->arena, str_text(&out));
}

static void add_field(
	struct registry *registry, struct str *str, const char *name, const char *value)
{
	char *escaped = value ? curl_easy_escape(registry->easy, value, 0) : NULL;

	if (escaped)
		str_printf(str, "%s%s=%s", str->len ? "&" : "", name, escaped);
	curl_free(escaped);
}

static const char *scope_of(struct registry *registry)
{
	return registry->challenge.scope
		? registry->challenge.scope
		: arena_printf(&registry->arena, "repository:%s:pull%s",
			  registry->opts->repository,
			  registry->opts->writes ? ",push" : "");
}

/* The identity that docker login got from it is shown by a form, a password in the header of a plain question. */
static struct question token_question(struct registry *registry, struct str *fields)
{
	const char *identity = node_get_text(registry->opts->auth, "identitytoken");
	const char *realm = registry->challenge.realm;
	struct question question = {.registry = registry, .url = realm};

	add_field(registry, fields, "service", registry->challenge.service);
	add_field(registry, fields, "scope", scope_of(registry));
	if (identity && *identity) {
		add_field(registry, fields, "grant_type", "refresh_token");
		add_field(registry, fields, "client_id", "davit");
		add_field(registry, fields, "refresh_token", identity);
		question.form = str_text(fields);
		return question;
	}
	question.authorization = basic(registry);
	question.url = arena_printf(&registry->arena, "%s%s%s", realm,
		strchr(realm, '?') ? "&" : "?", str_text(fields));
	return question;
}

/* A password goes nowhere where it could be read on the way, unless its registry is such a place itself. */
static bool check_realm(const struct registry *registry, struct err *err)
{
	const char *realm = registry->challenge.realm;

	if (is_plain(realm) &&
		(text_starts(realm, "https://") ||
			(text_eq(registry->scheme, "http") &&
				text_starts(realm, "http://"))))
		return true;
	return err_set(err, ERR_REGISTRY,
		"the registry names no https:// place that gives tokens");
}

static bool read_token(
	struct registry *registry, const struct str *answer, struct err *err)
{
	struct node *body = NULL;
	const char *token;
	struct err ignored = {0};

	json_parse(&registry->arena, str_text(answer), answer->len, &body, &ignored);
	token = node_get_text(body, "token");
	if (!token)
		token = node_get_text(body, "access_token");
	if (!is_plain(token) || !*token)
		return err_set(err, ERR_REGISTRY, "no token came from %s",
			registry->challenge.realm);
	registry->authorization = arena_printf(&registry->arena, "Bearer %s", token);
	return true;
}

static bool fetch_token(struct registry *registry, struct err *err)
{
	auto_str fields = {0}, answer = {.max_bytes = TOKEN_MAX_BYTES};
	struct challenge asked = registry->challenge;
	struct question question;
	CURLcode code;
	long status = 0;

	if (!check_realm(registry, err))
		return false;
	question = token_question(registry, &fields);
	question.out = &answer;
	code = perform(&question, &status);
	registry->challenge = asked;
	if (code)
		return not_reached(&question, code, err);
	if (status == 200)
		return read_token(registry, &answer, err);
	err_set(err, ERR_REGISTRY, "%s gave no token: it answered %ld", asked.realm,
		status);
	err->status = (int)status;
	return false;
}

/* False without an error: there is nothing to show. */
static bool authorize(struct registry *registry, struct err *err)
{
	const char *token = node_get_text(registry->opts->auth, "registrytoken");

	if (registry->challenge.kind == CHALLENGE_BASIC) {
		registry->authorization = basic(registry);
		return registry->authorization;
	}
	if (registry->challenge.kind != CHALLENGE_BEARER)
		return false;
	if (!token || !*token)
		return fetch_token(registry, err);
	if (!is_plain(token))
		return err_set(err, ERR_INPUT, "the token of this registry is none");
	registry->authorization = arena_printf(&registry->arena, "Bearer %s", token);
	return true;
}

/* ---- the registry */

/* What it says itself; "": nothing that is to be understood. */
static const char *message_of(struct registry *registry, const struct str *body)
{
	struct node *root = NULL;
	const struct node *errors;
	const char *message = NULL;
	struct err ignored = {0};

	json_parse(&registry->arena, str_text(body), body->len, &root, &ignored);
	errors = node_get(root, "errors");
	if (errors && errors->kind == NODE_LIST && errors->nitems)
		message = node_get_text(errors->items[0], "message");
	return message && *message
		? arena_printf(&registry->arena, ": %.*s", MESSAGE_MAX_BYTES, message)
		: "";
}

static bool refused(struct registry *registry, const struct question *question,
	long status, struct err *err)
{
	const char *message = message_of(registry, question->out);

	if (status == 401 || status == 403)
		err_set(err, ERR_REGISTRY, "%s %s%s\nLog in: docker login %s",
			registry->opts->host,
			registry->authorization ? "does not let you have it"
						: "wants to know who asks",
			message, registry->opts->host);
	else if (status == 404)
		err_set(err, ERR_REGISTRY, "%s has nothing of that name%s",
			registry->opts->host, message);
	else
		err_set(err, ERR_REGISTRY, "%s answered %ld%s", registry->opts->host,
			status, message);
	err->status = (int)status;
	return false;
}

static bool is_local(const char *host)
{
	const char *port = strrchr(host, ':');
	size_t len = port && !strchr(port, ']') ? (size_t)(port - host) : strlen(host);

	return (len == strlen("localhost") && !strncmp(host, "localhost", len)) ||
		(len == strlen("[::1]") && !strncmp(host, "[::1]", len)) ||
		(text_starts(host, "127.") && strspn(host, "0123456789.") == len);
}

struct registry *registry_new(const struct registry_opts *opts)
{
	struct registry *registry = xalloc(sizeof(*registry));

	curl_start(true);
	registry->easy = curl_easy_init();
	registry->opts = opts;
	registry->scheme = "https";
	registry->is_local = is_local(opts->host);
	return registry;
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	curl_easy_cleanup(registry->easy);
	curl_global_cleanup();
	arena_finish(&registry->arena);
	free(registry);
}

static const char *host_of(const struct registry *registry)
{
	const char *host = registry->opts->host;

	return text_eq(host, "docker.io") ? "registry-1.docker.io" : host;
}

static const char *url_of(struct registry *registry, const char *path)
{
	return arena_printf(&registry->arena, "%s://%s/v2/%s/%s", registry->scheme,
		host_of(registry), registry->opts->repository, path);
}

/* A registry of this machine that does not speak TLS does so without. path may be a whole URL. */
static CURLcode ask(struct question *question, const char *path, long *out_status)
{
	struct registry *registry = question->registry;
	bool is_url = strstr(path, "://");
	CURLcode code;

	question->authorization = registry->authorization;
	question->url = is_url ? path : url_of(registry, path);
	code = perform(question, out_status);
	if (code && registry->is_local && !registry->has_answered &&
		!question->out->full) {
		registry->scheme = "http";
		question->url = url_of(registry, path);
		code = perform(question, out_status);
	}
	registry->has_answered = registry->has_answered || !code;
	return code;
}

/* Asks once more with what the registry wants to see. False: there was no answer. */
static bool converse(
	struct question *question, const char *path, long *out_status, struct err *err)
{
	CURLcode code = ask(question, path, out_status);

	if (!code && *out_status == 401) {
		if (authorize(question->registry, err))
			code = ask(question, path, out_status);
		else if (err->kind)
			return false;
	}
	return !code || not_reached(question, code, err);
}

bool registry_get(struct registry *registry, const char *path, const char *accept,
	struct str *out, struct err *err)
{
	struct question question = {.registry = registry, .accept = accept, .out = out};
	long status = 0;

	return converse(&question, path, &status, err) &&
		(status == 200 || refused(registry, &question, status, err));
}

/* ---- writing */

/* Where the registry wants the blob: in itself, or it would hear a secret that is not for it. */
static const char *upload_url(struct registry *registry, const char *digest)
{
	const char *host = arena_printf(
		&registry->arena, "%s://%s", registry->scheme, host_of(registry));
	const char *place = registry->location;

	if (!is_plain(place) || text_starts(place, "//"))
		return NULL;
	if (*place == '/')
		place = arena_printf(&registry->arena, "%s%s", host, place);
	if (!text_starts(place, host) || place[strlen(host)] != '/')
		return NULL;
	return arena_printf(&registry->arena, "%s%cdigest=%s", place,
		strchr(place, '?') ? '&' : '?', digest);
}

static bool write_to(struct question *question, const char *path, struct err *err)
{
	long status = 0;

	return converse(question, path, &status, err) &&
		((status >= 200 && status < 300) ||
			refused(question->registry, question, status, err));
}

bool registry_put_blob(struct registry *registry, const char *digest,
	const struct str *text, struct err *err)
{
	auto_str answer = {.max_bytes = TOKEN_MAX_BYTES};
	struct question question = {
		.registry = registry, .method = "HEAD", .out = &answer};
	const char *url;
	long status = 0;

	if (!converse(&question, arena_printf(&registry->arena, "blobs/%s", digest),
		    &status, err))
		return false;
	if (status == 200)
		return true;
	question.method = "POST";
	if (!write_to(&question, "blobs/uploads/", err))
		return false;
	url = upload_url(registry, digest);
	if (!url)
		return err_set(err, ERR_REGISTRY, "%s does not say where a file goes",
			registry->opts->host);
	question.method = "PUT";
	question.type = "application/octet-stream";
	question.body = text;
	return write_to(&question, url, err);
}

bool registry_put_manifest(struct registry *registry, const char *tag, const char *type,
	const struct str *text, struct err *err)
{
	auto_str answer = {.max_bytes = TOKEN_MAX_BYTES};
	struct question question = {.registry = registry,
		.method = "PUT",
		.type = type,
		.body = text,
		.out = &answer};

	return write_to(
		&question, arena_printf(&registry->arena, "manifests/%s", tag), err);
}
