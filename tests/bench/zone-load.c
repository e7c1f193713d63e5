/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a zone of a million names takes to build, how much memory it has at most, and how long a name takes
 * to be found. Fails past 2 s or 256 MB: usage: zone-load [SERVICES [REPLICAS]]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"
#include "netdns/zone-input.h"
#include "netdns/zone.h"

enum { LIMIT_MS = 2000, LIMIT_MB = 256, LOOKUPS = 1000000 };

/* Of the processor: others may be busy here. */
static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t peak_mb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024;
}

/* Text is shared where an engine's lists would share it too: names of service, project, network. */
static void fill(
	struct arena *arena, struct zone_input *input, int64_t services, int64_t replicas)
{
	static struct input_network network = {
		.name = "p_default", .key = "default", .project = "p"};
	size_t n = (size_t)(services * replicas);
	struct input_endpoint *endpoints = ARENA_NEW_N(arena, n, struct input_endpoint);

	input->networks = &network;
	input->nnetworks = 1;
	input->containers = ARENA_NEW_N(arena, n, struct input_container);
	input->ncontainers = n;
	for (size_t i = 0; i < n; i++) {
		struct input_container *c = &input->containers[i];
		size_t service = i / (size_t)replicas;

		c->id = arena_printf(arena, "%012zx", i * 0x9e3779b1u);
		c->name = arena_printf(
			arena, "p-service%zu-%zu", service, i % (size_t)replicas + 1);
		c->project = "p";
		c->service = i % (size_t)replicas
			? c[-1].service
			: arena_printf(arena, "service%zu", service);
		c->number = (int64_t)(i % (size_t)replicas) + 1;
		c->state = INPUT_RUNNING;
		c->endpoints = &endpoints[i];
		c->nendpoints = 1;
		endpoints[i].network = "p_default";
		endpoints[i].ipv4 = arena_printf(
			arena, "10.%zu.%zu.%zu", i >> 16 & 255, i >> 8 & 255, i & 255);
	}
}

/* Nanoseconds a lookup. */
static int64_t look_up(const struct zone *zone, int64_t services)
{
	struct zone_view view;
	struct zone_hit hit;
	struct name name;
	struct addr host;
	char text[64];
	int64_t began;

	addr_parse("127.0.0.1", &host);
	zone_view(zone, NULL, &host, &view);
	began = now_ms();
	for (int64_t i = 0; i < LOOKUPS; i++) {
		snprintf(text, sizeof(text), "service%lld.default.p.davit.internal",
			(long long)(i * 7919 % services));
		name_parse(text, &name);
		zone_find(zone, &view, &name, &hit);
		if (hit.kind != ZONE_SET)
			abort();
	}
	return (now_ms() - began) * 1000000 / LOOKUPS;
}

int main(int argc, char **argv)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {1};
	struct arena inputs = {0};
	struct arena arena = {0};
	struct zone_input input = {0};
	int64_t services = 10000;
	int64_t replicas = 33;
	const struct zone *zone;
	int64_t began;
	int64_t took;

	if ((argc > 1 && !parse_i64(argv[1], &services)) ||
		(argc > 2 && !parse_i64(argv[2], &replicas)) || services < 1 ||
		replicas < 1)
		return 2;
	fill(&inputs, &input, services, replicas);
	printf("input  %lld MB\n", (long long)peak_mb());
	began = now_ms();
	zone = zone_new(&arena, &input, seed, 1);
	took = now_ms() - began;
	printf("zone   %zu names, %lld ms, %lld MB with the input\n", zone_nnames(zone),
		(long long)took, (long long)peak_mb());
	printf("lookup %lld ns with making the name\n",
		(long long)look_up(zone, services));
	arena_finish(&inputs);
	arena_finish(&arena);
	return took < LIMIT_MS && peak_mb() < LIMIT_MB ? 0 : 1;
}
