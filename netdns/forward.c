/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/forward.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/answer.h"
#include "netdns/cache.h"
#include "netdns/protocol.h"
#include "netdns/relay.h"
#include "netdns/resolv.h"
#include "netdns/socket.h"

enum { LENGTH_BYTES = 2 };

/* How a server is asked. */
enum way {
	OVER_UDP,
	OVER_TCP,
	RESPELT, /* over TCP, as its reply was in another spelling: nobody forges one there */
};

struct waiter {
	struct waiter *next; /* the question's list */
	struct ask ask;
	struct query query;
	struct forward_place place;
};

/* One socket to one server. */
struct attempt {
	struct question *question;
	struct attempt *next; /* the question's list */
	uv_poll_t poll;
	int fd;
	struct addr server;
	struct name spelling;
	uint16_t id;
	bool tcp;
	bool respelt;
	bool closing;
	size_t sent;   /* of the query, over TCP */
	size_t nbytes; /* read so far, over TCP */
	uint8_t bytes[LENGTH_BYTES + DNS_TCP_BYTES];
};

struct question {
	struct forward *forward;
	struct question *next; /* forward's list */
	struct relay_question asked;
	struct waiter *waiters;
	struct attempt *attempts; /* open ones */
	unsigned nattempts;       /* made so far */
	bool respelt;             /* somebody has answered in another spelling, */
	bool plain;               /* and not by TCP: from now on in lower case */
	int64_t until_ms;
	uv_timer_t timer;
};

struct forward {
	struct uv_loop_s *loop; /* borrowed */
	struct cache *cache;
	struct question *questions;
	struct upstreams upstreams;
	uint16_t port;
};

static int64_t now(const struct forward *forward)
{
	return (int64_t)uv_now(forward->loop);
}

struct forward *forward_new(struct uv_loop_s *loop, uint16_t port)
{
	struct forward *forward = xalloc(sizeof(*forward));

	forward->loop = loop;
	forward->port = port;
	forward->cache = cache_new();
	return forward;
}

void forward_set_upstreams(struct forward *forward, const struct upstreams *upstreams)
{
	forward->upstreams = *upstreams;
}

/* ---- the end of an attempt and of a question */

static void on_attempt_closed(uv_handle_t *handle)
{
	struct attempt *attempt = handle->data;

	close(attempt->fd);
	free(attempt);
}

static void end_attempt(struct attempt *attempt)
{
	struct attempt **at = &attempt->question->attempts;

	if (attempt->closing)
		return;
	attempt->closing = true;
	while (*at != attempt)
		at = &(*at)->next;
	*at = attempt->next;
	uv_close((uv_handle_t *)&attempt->poll, on_attempt_closed);
}

static void on_question_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void end_question(struct question *question)
{
	struct question **at = &question->forward->questions;

	while (*at != question)
		at = &(*at)->next;
	*at = question->next;
	while (question->attempts)
		end_attempt(question->attempts);
	while (question->waiters) {
		struct waiter *waiter = question->waiters;

		question->waiters = waiter->next;
		free(waiter);
	}
	uv_close((uv_handle_t *)&question->timer, on_question_closed);
}

void forward_free(struct forward *forward)
{
	if (!forward)
		return;
	while (forward->questions)
		end_question(forward->questions);
	cache_free(forward->cache);
	free(forward);
}

/* ---- replies to those who wait */

/* What a question came to. */
struct outcome {
	const uint8_t *reply; /* NULL: a failure */
	size_t len;
	enum answer_ede ede;
};

static size_t make_reply(const struct ask *ask, const struct query *query,
	const struct outcome *outcome, uint8_t *buffer)
{
	if (!outcome->reply)
		return answer_failure(ask, query, RCODE_SERVFAIL, outcome->ede, buffer);
	return answer_relayed(ask, query,
		&(struct relayed){outcome->reply, outcome->len, outcome->ede}, buffer);
}

/* Tells everybody who waits, and ends the question. */
static void conclude(struct question *question, const struct outcome *outcome)
{
	uint8_t buffer[DNS_TCP_BYTES];

	while (question->waiters) {
		struct waiter *waiter = question->waiters;
		size_t len = make_reply(&waiter->ask, &waiter->query, outcome, buffer);

		question->waiters = waiter->next;
		waiter->place.send(waiter->place.owner, &waiter->place.to, buffer, len);
		free(waiter);
	}
	end_question(question);
}

/* What is kept, made as old as it is. */
static struct outcome outcome_of(const struct cache_hit *hit, uint8_t *aged)
{
	bool stale = hit->state == CACHE_STALE;

	memcpy(aged, hit->reply, hit->len);
	/* RFC 8767 4: what is stale holds for 30 s more, whatever it said. */
	relay_age(aged, hit->len, stale ? 0 : hit->age_s,
		stale ? RELAY_STALE_S : UINT32_MAX);
	return (struct outcome){aged, hit->len, stale ? EDE_STALE : EDE_NONE};
}

static void fail(struct question *question)
{
	struct forward *forward = question->forward;
	struct cache_hit hit = cache_get(forward->cache, &question->asked, now(forward));
	struct outcome outcome = {.ede = EDE_UNREACHABLE};
	uint8_t aged[CACHE_REPLY_BYTES];

	if (hit.state != CACHE_NONE)
		outcome = outcome_of(&hit, aged);
	cache_fail(forward->cache, &question->asked, now(forward));
	conclude(question, &outcome);
}

static bool someone_came_by_tcp(const struct question *question)
{
	for (const struct waiter *w = question->waiters; w; w = w->next)
		if (w->ask.tcp)
			return true;
	return false;
}

/* ---- attempts */

/* Whom to ask. */
static const struct upstreams *servers_of(const struct question *question)
{
	return question->asked.via.n ? &question->asked.via
				     : &question->forward->upstreams;
}

static void open_attempt(
	struct question *question, const struct addr *server, enum way way);
static void try_next(struct question *question);

static void on_timer(uv_timer_t *timer)
{
	struct question *question = timer->data;

	if (now(question->forward) >= question->until_ms)
		fail(question);
	else {
		question->plain = question->respelt;
		try_next(question);
	}
}

/* The next server in turn; when all turns are taken, what is open may still answer. */
static void try_next(struct question *question)
{
	struct forward *forward = question->forward;
	const struct upstreams *servers = servers_of(question);
	int64_t left = question->until_ms - now(forward);

	do {
		if (servers->n && question->nattempts < FORWARD_ATTEMPTS)
			open_attempt(question,
				&servers->items[question->nattempts++ % servers->n],
				OVER_UDP);
	} while (!question->attempts && question->nattempts < servers->n);
	if (!question->attempts) {
		fail(question);
		return;
	}
	if (left < 0)
		left = 0;
	uv_timer_start(&question->timer, on_timer,
		(uint64_t)(left < FORWARD_NEXT_MS ? left : FORWARD_NEXT_MS), 0);
}

/*
 * The server said no, or nothing is there: the next one, without waiting, until each had its turn. By TCP one is asked
 * first that had answered in another spelling; if that cannot be had, its word has to do.
 */
static void give_up(struct attempt *attempt)
{
	struct question *question = attempt->question;
	struct addr server = attempt->server;
	bool again = attempt->respelt && !question->plain;

	end_attempt(attempt);
	question->plain = question->plain || again;
	if (again)
		open_attempt(question, &server, OVER_UDP);
	if (again && question->attempts)
		return;
	if (question->nattempts < servers_of(question)->n)
		try_next(question);
	else if (!question->attempts)
		fail(question);
}

static void take_reply(struct attempt *attempt, uint8_t *bytes, size_t len)
{
	struct question *question = attempt->question;
	struct forward *forward = question->forward;
	struct addr server = attempt->server;
	struct relay_reply reply;
	bool respelt;

	/* RFC 5452 9: a wrong one is not ours, and does not end the waiting for the right one. */
	if (!relay_read(&question->asked, attempt->id, bytes, len, &reply)) {
		if (attempt->tcp)
			give_up(attempt);
		return;
	}
	if (reply.rcode != RCODE_NOERROR && reply.rcode != RCODE_NXDOMAIN) {
		give_up(attempt);
		return;
	}
	respelt = !attempt->tcp && !question->plain &&
		!relay_is_spelt(bytes, &attempt->spelling);
	question->respelt = question->respelt || respelt;
	if (respelt ||
		(reply.truncated && !attempt->tcp && someone_came_by_tcp(question))) {
		end_attempt(attempt);
		open_attempt(question, &server, respelt ? RESPELT : OVER_TCP);
		return;
	}
	if (reply.ttl_s)
		cache_put(forward->cache, &question->asked, bytes, reply.len,
			now(forward) + (int64_t)reply.ttl_s * 1000, now(forward));
	conclude(question, &(struct outcome){bytes, reply.len, EDE_NONE});
}

static void on_datagram(uv_poll_t *poll, int status, int events)
{
	struct attempt *attempt = poll->data;
	ssize_t n = recv(attempt->fd, attempt->bytes, sizeof(attempt->bytes), 0);

	(void)events;
	if (n >= 0)
		take_reply(attempt, attempt->bytes, (size_t)n);
	else if (status < 0 || (errno != EAGAIN && errno != EINTR))
		give_up(attempt);
}

static bool send_stream(struct attempt *attempt)
{
	uint8_t query[LENGTH_BYTES + RELAY_QUERY_BYTES];
	size_t len = relay_write(&attempt->question->asked, &attempt->spelling,
		attempt->id, query + LENGTH_BYTES);
	ssize_t n;

	query[0] = (uint8_t)(len >> 8);
	query[1] = (uint8_t)len;
	len += LENGTH_BYTES;
	n = send(attempt->fd, query + attempt->sent, len - attempt->sent, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	attempt->sent += (size_t)n;
	return true;
}

static void on_stream(uv_poll_t *poll, int status, int events)
{
	struct attempt *attempt = poll->data;
	ssize_t n = 1;
	size_t want;

	if (status < 0 || (events & UV_WRITABLE && !send_stream(attempt))) {
		give_up(attempt);
		return;
	}
	if (events & UV_WRITABLE && attempt->sent)
		uv_poll_start(&attempt->poll, UV_READABLE, on_stream);
	if (events & UV_READABLE) {
		n = recv(attempt->fd, attempt->bytes + attempt->nbytes,
			sizeof(attempt->bytes) - attempt->nbytes, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			give_up(attempt);
			return;
		}
	}
	attempt->nbytes += n > 0 && events & UV_READABLE ? (size_t)n : 0;
	want = (size_t)attempt->bytes[0] << 8 | attempt->bytes[1];
	if (attempt->nbytes >= LENGTH_BYTES && attempt->nbytes - LENGTH_BYTES >= want)
		take_reply(attempt, attempt->bytes + LENGTH_BYTES, want);
}

static bool start_attempt(struct attempt *attempt)
{
	uint8_t query[RELAY_QUERY_BYTES];
	size_t len = relay_write(
		&attempt->question->asked, &attempt->spelling, attempt->id, query);

	if (attempt->tcp)
		uv_poll_start(&attempt->poll, UV_WRITABLE, on_stream);
	else
		uv_poll_start(&attempt->poll, UV_READABLE, on_datagram);
	return attempt->tcp ||
		send(attempt->fd, query, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* What a forger has to guess besides the port. */
static bool draw(struct attempt *attempt)
{
	uint8_t chance[RELAY_CHANCE_BYTES] = {0};

	if (!attempt->question->plain && getrandom(chance, sizeof(chance), 0) < 0)
		return false;
	relay_spell(&attempt->question->asked, chance, &attempt->spelling);
	return getrandom(&attempt->id, sizeof(attempt->id), 0) > 0;
}

static void open_attempt(
	struct question *question, const struct addr *server, enum way way)
{
	struct forward *forward = question->forward;
	struct attempt *attempt;
	int fd;

	if (!socket_connect(server, forward->port, way != OVER_UDP, &fd))
		return;
	attempt = xalloc(sizeof(*attempt));
	attempt->question = question;
	attempt->fd = fd;
	attempt->server = *server;
	attempt->tcp = way != OVER_UDP;
	attempt->respelt = way == RESPELT;
	attempt->next = question->attempts;
	question->attempts = attempt;
	attempt->poll.data = attempt;
	uv_poll_init(forward->loop, &attempt->poll, fd);
	if (!draw(attempt) || !start_attempt(attempt))
		end_attempt(attempt);
}

/* ---- questions */

static struct question *find_question(
	const struct forward *forward, const struct relay_question *asked)
{
	struct question *question = forward->questions;

	while (question && !relay_question_equal(&question->asked, asked))
		question = question->next;
	return question;
}

static bool is_too_much(const struct forward *forward, const struct addr *client)
{
	unsigned questions = 0;
	unsigned own = 0;

	for (const struct question *q = forward->questions; q; q = q->next) {
		questions++;
		for (const struct waiter *w = q->waiters; w; w = w->next)
			own += addr_equal(&w->ask.source, client);
	}
	return questions >= FORWARD_QUESTIONS || own >= FORWARD_PER_CLIENT;
}

static void add_waiter(struct question *question, const struct ask *ask,
	const struct query *query, const struct forward_place *place)
{
	struct waiter *waiter = xalloc(sizeof(*waiter));

	waiter->ask = *ask;
	/* They may be gone when the reply is there. */
	waiter->ask.zone = NULL;
	waiter->ask.view = (struct zone_view){0};
	waiter->query = *query;
	waiter->place = *place;
	waiter->next = question->waiters;
	question->waiters = waiter;
}

static struct question *new_question(
	struct forward *forward, const struct relay_question *asked)
{
	struct question *question = xalloc(sizeof(*question));

	question->forward = forward;
	question->asked = *asked;
	question->until_ms = now(forward) + FORWARD_ALL_MS;
	question->timer.data = question;
	uv_timer_init(forward->loop, &question->timer);
	question->next = forward->questions;
	forward->questions = question;
	/* Asked when the loop turns, so that nothing is sent before the caller knows that it waits. */
	uv_timer_start(&question->timer, on_timer, 0, 0);
	return question;
}

static bool reply_from_cache(const struct cache_hit *hit, const struct ask *ask,
	const struct query *query, uint8_t *buffer, size_t *out_len)
{
	struct outcome outcome = {.ede = EDE_UNREACHABLE};
	uint8_t aged[CACHE_REPLY_BYTES];

	if (hit->state != CACHE_FRESH && !hit->failed)
		return false;
	if (hit->state != CACHE_NONE)
		outcome = outcome_of(hit, aged);
	*out_len = make_reply(ask, query, &outcome, buffer);
	return true;
}

size_t forward_ask(struct forward *forward, const struct ask *ask,
	const struct query *query, const struct forward_place *place, uint8_t *buffer)
{
	struct relay_question asked;
	struct question *question;
	struct cache_hit hit;
	size_t len = 0;

	relay_question_of(query, &asked);
	if (ask->view.upstreams)
		asked.via = *ask->view.upstreams;
	if (!forward->upstreams.n && !asked.via.n)
		return answer_failure(
			ask, query, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE, buffer);
	hit = cache_get(forward->cache, &asked, now(forward));
	if (reply_from_cache(&hit, ask, query, buffer, &len))
		return len;
	if (is_too_much(forward, &ask->source))
		return answer_failure(ask, query, RCODE_SERVFAIL, EDE_PROHIBITED, buffer);
	question = find_question(forward, &asked);
	if (!question)
		question = new_question(forward, &asked);
	add_waiter(question, ask, query, place);
	return 0;
}
