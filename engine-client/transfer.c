/* SPDX-License-Identifier: Apache-2.0 */
/* One call on one of libcurl's handles. Handles are used again; what differs between
 * calls is set anew. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "engine-client/call.h"

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct call *call = ctx;
	long status = 0;
	size_t len = size * n;

	if (len > 2) {
		call_take_header(call, line, len);
		return len;
	}
	/* The empty line: of 100 Continue, or of the answer. */
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	call->status = status >= 200 ? (int)status : 0;
	if (call->status && !call_is_refused(call) && call->ready &&
		call_is_running(call))
		call->ready(call->ctx);
	return len;
}

static size_t on_data(char *data, size_t size, size_t n, void *ctx)
{
	return call_take(ctx, data, size * n) ? size * n : CURL_WRITEFUNC_ERROR;
}

static size_t on_read(char *buffer, size_t size, size_t n, void *ctx)
{
	struct call *call = ctx;
	long got;

	if (!call_is_running(call))
		return CURL_READFUNC_ABORT; /* what it reads from may be gone */
	got = call->read(call->read_ctx, buffer, size * n);
	if (got >= 0)
		return (size_t)got;
	if (call->read_err && call->read_err->kind)
		call->err = *call->read_err;
	else
		err_set(&call->err, ERR_SYSTEM, "what should be sent could not be read");
	call->failed = true;
	return CURL_READFUNC_ABORT;
}

/* libcurl leaves its sockets to children: an ssh that holds the other end of its own would never end. */
static int on_socket(void *ctx __attribute__((unused)), curl_socket_t fd,
	curlsocktype purpose __attribute__((unused)))
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* Where the engine is, and everything else that never changes. */
static CURL *new_handle(struct engine *engine)
{
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)ENGINE_CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L << 10);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 128L << 10);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, engine->opts.user_agent);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	transfer_connect_to(engine, easy);
	return easy;
}

void transfer_connect_to(struct engine *engine, CURL *easy)
{
	const struct engine_opts *opts = &engine->opts;

	if (engine->unix_path)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, engine->unix_path);
	if (engine->ssh)
		ssh_connect_to(engine->ssh, easy);
	if (engine->unix_path || engine->ssh)
		return; /* plain sockets of this machine */
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	if (opts->tls_ca_path)
		curl_easy_setopt(easy, CURLOPT_CAINFO, opts->tls_ca_path);
	curl_easy_setopt(easy, CURLOPT_SSLCERT, opts->tls_cert_path);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, opts->tls_key_path);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, opts->tls_verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, opts->tls_verify ? 2L : 0L);
}

static void set_body(struct call *call)
{
	CURL *easy = call->easy;

	if (call->read) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)(call->raw_body ? call->raw_body_bytes : call->body.len));
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
		call->raw_body ? call->raw_body : str_text(&call->body));
}

static void set_method(struct call *call)
{
	CURL *easy = call->easy;

	curl_easy_setopt(
		easy, CURLOPT_HTTPGET, 1L); /* forgets what the call before wanted */
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	if (text_eq(call->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (text_eq(call->method, "DELETE"))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
	else if (!text_eq(call->method, "GET"))
		set_body(call);
	if (text_eq(call->method, "PUT"))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static struct curl_slist *headers_of(const struct call *call)
{
	if (call->headers)
		return call->headers;
	return call->body.len ? call->engine->json_headers : call->engine->plain_headers;
}

static CURL *take_handle(struct engine *engine)
{
	return engine->nidle ? engine->idle[--engine->nidle] : new_handle(engine);
}

bool transfer_begin(struct call *call)
{
	struct engine *engine = call->engine;
	CURL *easy = call->easy = take_handle(engine);
	auto_str url = {0};

	str_add(&url, engine->base_url);
	str_add(&url, str_text(&call->target));
	curl_easy_setopt(easy, CURLOPT_URL, str_text(&url));
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_of(call));
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_READDATA, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_words);
	set_method(call);
	if (call->answer == ANSWER_STREAM)
		curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	return curl_multi_add_handle(engine->multi, easy) == CURLM_OK ||
		err_set(&call->err, ERR_CONNECTION, "the call could not be started");
}

void transfer_drop(struct call *call)
{
	struct engine *engine = call->engine;

	if (!call->easy)
		return;
	stream_stop(call->stream);
	curl_multi_remove_handle(engine->multi, call->easy);
	/* A handle that only connected keeps its connection to itself: it ends with it.
	 */
	if (call->answer == ANSWER_STREAM || engine->nidle == ENGINE_IDLE_HANDLES) {
		curl_easy_cleanup(call->easy);
	} else {
		curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, NULL);
		engine->idle[engine->nidle++] = call->easy;
	}
	call->easy = NULL;
}

static const char *words_of(const struct call *call, CURLcode code)
{
	long os = 0;

	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os);
	if (code == CURLE_COULDNT_CONNECT && os)
		return strerror((int)os);
	return *call->curl_words ? call->curl_words : curl_easy_strerror(code);
}

static bool is_about_connecting(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
		code == CURLE_OPERATION_TIMEDOUT || code == CURLE_SSL_CONNECT_ERROR ||
		code == CURLE_PEER_FAILED_VERIFICATION ||
		code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM;
}

/* What people can do about it. */
static const char *hint(const struct call *call)
{
	long os = 0;

	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os);
	if (os == EACCES || os == EPERM)
		return "; may you use it (are you in its group)?";
	return os == ECONNREFUSED || os == ENOENT ? "; is it running?" : "";
}

void transfer_failed(struct call *call, CURLcode code)
{
	const struct engine *engine = call->engine;
	const char *words = words_of(call, code);
	const char *ssh = engine->ssh ? ssh_last_words(engine->ssh) : "";

	call->failed = true;
	if (*ssh)
		err_set(&call->err, ERR_CONNECTION, "cannot reach the engine at %s: %s",
			engine_host(engine), ssh);
	else if (is_about_connecting(code))
		err_set(&call->err, ERR_CONNECTION,
			"cannot connect to the engine at %s: %s%s", engine_host(engine),
			words, hint(call));
	else
		err_set(&call->err, ERR_CONNECTION,
			"the engine at %s went away during %s %s: %s",
			engine_host(engine), call->method, str_text(&call->target),
			words);
}

void transfer_end(struct call *call, CURLcode code)
{
	if (code != CURLE_OK && !call->failed)
		transfer_failed(call, code);
	transfer_drop(call);
	call_end(call);
}
