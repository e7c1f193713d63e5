/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a zone is made from: the networks and containers of one engine, as plain values. All of it is borrowed
 * while zone_new runs and not needed afterwards. Text NULL or "" is "has none".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"
#include "base/texts.h"

enum input_state {
	INPUT_CREATED,
	INPUT_RUNNING,
	INPUT_PAUSED, /* its kernel accepts connections that nobody answers: not ready */
	INPUT_EXITED,
};

enum input_health {
	INPUT_UNCHECKED, /* no healthcheck */
	INPUT_STARTING,
	INPUT_HEALTHY,
	INPUT_UNHEALTHY,
};

enum input_protocol { INPUT_TCP, INPUT_UDP };

struct input_network {
	const char *name;    /* the engine's */
	const char *key;     /* in its project's file */
	const char *project; /* whose file defines it */
	const char *bridge;  /* the host's interface: queries are taken from it alone */
	bool internal; /* nothing is asked elsewhere for who is on internal networks only */
	struct strings addresses; /* of the bridge, with prefix: "10.1.0.1/24" */
};

struct input_endpoint {
	const char *network; /* the engine's name */
	const char *ipv4;
	const char *ipv6;
	struct strings aliases; /* "*.x" is a wildcard */
	struct strings
		links; /* "name:alias": for this container alone the alias is that name */
	int64_t priority; /* of its networks a container asks the highest first, then by name */
};

struct input_port {
	int64_t target;
	enum input_protocol protocol;
	const char *name;
	const char *app_protocol;
};

struct input_container {
	const char *id;
	const char *name;
	const char *hostname;
	const char *project;
	const char *service;
	int64_t number; /* of the replica, from 1 */
	bool one_off;   /* made by run: it does not serve for its service */
	enum input_state state;
	enum input_health health;
	bool draining; /* about to be stopped */
	bool strict;   /* its service answers nothing rather than what is not ready */
	struct opt_i64 ttl_s;
	struct strings
		upstreams; /* whom to ask for it what is not ours; none: as the host does */
	struct input_endpoint *endpoints;
	size_t nendpoints;
	struct input_port *ports; /* published, named or exposed */
	size_t nports;
};

struct zone_input {
	const char *domain;  /* NULL: davit.internal */
	struct strings host; /* the host's own addresses: who asks from there sees all */
	struct strings
		listen; /* addresses of its loopback interface that answer it, besides the networks' */
	struct input_network *networks;
	size_t nnetworks;
	struct input_container *containers;
	size_t ncontainers;
};
