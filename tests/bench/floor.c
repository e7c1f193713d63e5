/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's own floor: N containers on one network created, started, stopped and removed by the same calls
 * that `up` and `down` need, sent raw with at most P in flight and in no order at all.
 *
 * usage: floor N P      (DOCKER_HOST names the engine)
 * prints the seconds of "up" and of "down".
 */
#include <stdio.h>
#include <stdlib.h>

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
	size_t parallel;
	enum step step;
	size_t next; /* container to send the step for */
	size_t in_flight;
	size_t left;
};

struct ticket {
	struct floor *floor;
	size_t at;
};

static void send_more(struct floor *floor);

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
	if (floor->step == STEP_CREATE)
		floor->ids[ticket->at] =
			arena_strdup(&floor->arena, node_get_text(reply->body, "Id"));
	floor->in_flight--;
	floor->left--;
	if (floor->left)
		send_more(floor);
	else
		uv_stop(&floor->loop);
}

static void send_one(struct floor *floor, size_t at)
{
	struct ticket *ticket = ARENA_NEW(&floor->arena, struct ticket);

	*ticket = (struct ticket){.floor = floor, .at = at};
	switch (floor->step) {
	case STEP_CREATE:
		engine_container_create(
			floor->engine, NULL, NULL, floor->body, on_step, ticket);
		break;
	case STEP_START:
		engine_container_start(floor->engine, floor->ids[at], on_step, ticket);
		break;
	case STEP_STOP:
		engine_container_stop(floor->engine, floor->ids[at], -1, on_step, ticket);
		break;
	case STEP_REMOVE:
		engine_container_remove(
			floor->engine, floor->ids[at], REMOVE_FORCE, on_step, ticket);
		break;
	}
}

static void send_more(struct floor *floor)
{
	while (floor->in_flight < floor->parallel && floor->next < floor->n) {
		floor->in_flight++;
		send_one(floor, floor->next++);
	}
}

static void run_step(struct floor *floor, enum step step)
{
	floor->step = step;
	floor->next = 0;
	floor->left = floor->n;
	send_more(floor);
	uv_run(&floor->loop, UV_RUN_DEFAULT);
}

static void on_once(void *ctx, const struct reply *reply)
{
	struct floor *floor = ctx;

	stop_on(reply);
	uv_stop(&floor->loop);
}

static const struct node *make_body(struct arena *arena)
{
	struct node *body = node_map(arena), *host = node_map(arena),
		    *command = node_list(arena);

	node_push(arena, command, node_text(arena, "sleep"));
	node_push(arena, command, node_text(arena, "infinity"));
	node_set_text(arena, body, "Image", "busybox");
	node_set_text(arena, body, "StopSignal", "SIGKILL");
	node_set(arena, body, "Cmd", command);
	node_set_text(arena, host, "NetworkMode", "davit-floor");
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
	int64_t n = 0, parallel = 0;
	struct node *network;
	uint64_t start;
	double up, down;

	if (argc != 3 || !parse_i64(argv[1], &n) || !parse_i64(argv[2], &parallel) ||
		n < 1 || parallel < 1) {
		fputs("usage: floor N P\n", stderr);
		return 2;
	}
	floor.n = (size_t)n;
	floor.parallel = (size_t)parallel;
	floor.ids = ARENA_NEW_N(&floor.arena, floor.n, char *);
	floor.body = make_body(&floor.arena);
	connect_engine(&floor);

	network = node_map(&floor.arena);
	node_set_text(&floor.arena, network, "Name", "davit-floor");
	start = uv_hrtime();
	engine_network_create(floor.engine, network, on_once, &floor);
	uv_run(&floor.loop, UV_RUN_DEFAULT);
	run_step(&floor, STEP_CREATE);
	run_step(&floor, STEP_START);
	up = seconds_since(start);

	start = uv_hrtime();
	run_step(&floor, STEP_STOP);
	run_step(&floor, STEP_REMOVE);
	engine_network_remove(floor.engine, "davit-floor", on_once, &floor);
	uv_run(&floor.loop, UV_RUN_DEFAULT);
	down = seconds_since(start);

	printf("%.4f %.4f\n", up, down);
	engine_free(floor.engine);
	arena_finish(&floor.arena);
	return 0;
}
