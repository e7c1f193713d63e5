/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's own floor: N containers on one network created, started, stopped and removed by the same calls
 * that `up` and `down` need, sent raw over kept connections. No container waits for another: each is started once it
 * is created and removed once it is stopped, with at most UP, or DOWN, calls in flight.
 *
 * usage: floor N UP DOWN      (DOCKER_HOST names the engine)
 * prints the seconds of "up" and of "down". Each run has a network of its own: now and then engine 20.10 never lets go
 * of one ("has active endpoints"), and then the run fails, without harm to the next one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <uv.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/engine.h"

enum step {
	STEP_CREATE,
	STEP_START,
	STEP_STOP,
	STEP_REMOVE,
};

struct floor {
	struct arena arena;
	uv_loop_t loop;
	struct engine *engine;
	const struct node *body;
	char **ids;
	size_t n;
	enum step first; /* of the two steps that each container takes now */
	size_t next;     /* container to begin with */
	size_t left;
};

struct ticket {
	struct floor *floor;
	size_t at;
	enum step step;
};

static void begin_next(struct floor *floor);
static void send_step(struct ticket *ticket);

static void stop_on(const struct reply *reply)
{
	if (!reply->err)
		return;
	fprintf(stderr, "floor: %s\n", reply->err->text);
	exit(1);
}

static void on_step(void *ctx, const struct reply *reply)
{
	struct ticket *ticket = ctx;
	struct floor *floor = ticket->floor;

	stop_on(reply);
	if (ticket->step == STEP_CREATE)
		floor->ids[ticket->at] =
			arena_strdup(&floor->arena, node_get_text(reply->body, "Id"));
	if (ticket->step == floor->first) {
		ticket->step++;
		send_step(ticket);
		return;
	}
	floor->left--;
	begin_next(floor);
	if (!floor->left)
		uv_stop(&floor->loop);
}

static void send_step(struct ticket *ticket)
{
	struct engine *engine = ticket->floor->engine;
	const char *id = ticket->floor->ids[ticket->at];

	switch (ticket->step) {
	case STEP_CREATE:
		engine_container_create(
			engine, NULL, NULL, ticket->floor->body, on_step, ticket);
		break;
	case STEP_START:
		engine_container_start(engine, id, on_step, ticket);
		break;
	case STEP_STOP:
		engine_container_stop(engine, id, -1, on_step, ticket);
		break;
	case STEP_REMOVE:
		engine_container_remove(engine, id, REMOVE_FORCE, on_step, ticket);
		break;
	}
}

static void begin_next(struct floor *floor)
{
	struct ticket *ticket;

	if (floor->next == floor->n)
		return;
	ticket = ARENA_NEW(&floor->arena, struct ticket);
	*ticket = (struct ticket){
		.floor = floor, .at = floor->next++, .step = floor->first};
	send_step(ticket);
}

static void run_steps(struct floor *floor, enum step first, int64_t in_flight)
{
	floor->first = first;
	floor->next = 0;
	floor->left = floor->n;
	for (int64_t i = 0; i < in_flight; i++)
		begin_next(floor);
	uv_run(&floor->loop, UV_RUN_DEFAULT);
}

static void on_once(void *ctx, const struct reply *reply)
{
	struct floor *floor = ctx;

	stop_on(reply);
	uv_stop(&floor->loop);
}

static const struct node *make_body(struct arena *arena, const char *network)
{
	struct node *body = node_map(arena), *host = node_map(arena),
		    *command = node_list(arena);

	node_push(arena, command, node_text(arena, "sleep"));
	node_push(arena, command, node_text(arena, "infinity"));
	node_set_text(arena, body, "Image", "busybox");
	node_set_text(arena, body, "StopSignal", "SIGKILL");
	node_set(arena, body, "Cmd", command);
	node_set_text(arena, host, "NetworkMode", network);
	node_set(arena, body, "HostConfig", host);
	return body;
}

static double seconds_since(uint64_t start_ns)
{
	return (double)(uv_hrtime() - start_ns) / 1e9;
}

static void connect_engine(struct floor *floor)
{
	struct engine_opts opts = {
		.host = getenv("DOCKER_HOST"), .user_agent = "davit-floor"};
	struct err err = {0};

	uv_loop_init(&floor->loop);
	floor->engine = engine_new(&floor->loop, &opts, &err);
	if (!floor->engine) {
		fprintf(stderr, "floor: %s\n", err.text);
		exit(1);
	}
	engine_ping(floor->engine, on_once, floor);
	uv_run(&floor->loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
	struct floor floor = {0};
	int64_t n = 0, in_up = 0, in_down = 0;
	const char *name;
	struct node *network;
	uint64_t start;
	double up, down;

	if (argc != 4 || !parse_i64(argv[1], &n) || !parse_i64(argv[2], &in_up) ||
		!parse_i64(argv[3], &in_down) || n < 1 || in_up < 1 || in_down < 1) {
		fputs("usage: floor N UP DOWN\n", stderr);
		return 2;
	}
	floor.n = (size_t)n;
	floor.ids = ARENA_NEW_N(&floor.arena, floor.n, char *);
	name = arena_printf(&floor.arena, "davit-floor-%d", (int)getpid());
	floor.body = make_body(&floor.arena, name);
	connect_engine(&floor);

	network = node_map(&floor.arena);
	node_set_text(&floor.arena, network, "Name", name);
	start = uv_hrtime();
	engine_network_create(floor.engine, network, on_once, &floor);
	uv_run(&floor.loop, UV_RUN_DEFAULT);
	run_steps(&floor, STEP_CREATE, in_up);
	up = seconds_since(start);

	start = uv_hrtime();
	run_steps(&floor, STEP_STOP, in_down);
	engine_network_remove(floor.engine, name, on_once, &floor);
	uv_run(&floor.loop, UV_RUN_DEFAULT);
	down = seconds_since(start);

	printf("%.4f %.4f\n", up, down);
	engine_free(floor.engine);
	arena_finish(&floor.arena);
	return 0;
}
