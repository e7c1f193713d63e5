/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What netdns, the name server, has to do with a plan (doc/dns.md). Inside compose/planner/ only. dns.c decides
 * and writes bodies; dns-actions.c adds the actions.
 */
#pragma once

#include <stdbool.h>

#include "compose/model/project.h"

struct action;
struct body_parts;
struct draft;
struct err;
struct links;
struct network_state;
struct numbers;
struct observed_container;
struct str;

#define DNS_LABEL "davit.dns"                 /* of containers that netdns knows */
#define NETDNS_LABEL "davit.netdns"           /* of its own container: its version */
#define NETDNS_HOST_LABEL "davit.netdns.host" /* of one that answers the host, too */
#define NETDNS_NAME "davit-netdns"

/* Fills draft->dns_users; the first of all. */
void find_dns_users(struct draft *draft);

/* Which networks netdns answers on, and how. After the networks were found. */
void choose_dns(struct draft *draft);

/* Is the engine told the service's name and aliases on this network? */
bool engine_has_aliases(const struct draft *draft, const struct endpoint *endpoint);

/* The host's address on a network where netdns answers: text or slot. */
const char *dns_gateway(const struct draft *draft, const struct network_state *state);

/* Name servers, and the label from which netdns knows the container; the last of a body. */
void body_add_dns(struct body_parts *parts);

/* Modes that were asked for and that a container does not have: "dns off → authoritative". */
void dns_changes(const struct draft *draft, const struct service *service,
	const struct observed_container *old, struct strings *out);

/* Of its names the engine knows only the container's own: who asks for others asks netdns. */
bool dns_answers_alone(
	const struct draft *draft, const struct observed_container *container);

/* For how long clients may know it, in seconds. */
int dns_ttl_s(const struct draft *draft, const struct observed_container *container);

/* Tells of ttl, strict and domain that are not those of containers which stay. */
void note_dns_settings(struct draft *draft);

/* Tells of a domain that another project of the host does not have. */
void warn_of_domains(struct draft *draft);

/* The domain, and those of all other containers of the host that netdns knows: it serves one of them. */
struct strings dns_domains(const struct draft *draft, const char *own);

/* The whole resolv.conf of a container that asks netdns itself, with slots; NULL: it does not. */
const char *resolv_text(const struct draft *draft, const struct service *service);

/* Adds what writes that file, once for all who have the same; 0: there is none. */
unsigned write_resolv(struct draft *draft, const struct service *service);

/* With assist: tries netdns from inside of networks that somebody is made for, before that. */
void probe_dns(struct draft *draft);

/* Starts netdns where the plan needs it, and waits for it; what a service then waits for. */
void start_dns(struct draft *draft);
void start_dns_again(struct draft *draft); /* of `start` */
void need_answers(
	struct draft *draft, const struct service *service, struct numbers *needs);

/* Takes netdns away when the plan takes away the last container that it knows. */
void remove_dns(struct draft *draft, const struct numbers *removed);

/* `davit netdns start` and `stop`. */
bool plan_netdns_start(struct draft *draft, struct err *err);
bool plan_netdns_stop(struct draft *draft, struct err *err);

/*
 * The drain that goes before a stop or restart, with the wait for clients that know it where others answer
 * meanwhile; 0: netdns does not know the container.
 */
unsigned drain_first(
	struct draft *draft, const struct action *action, const struct links *links);
