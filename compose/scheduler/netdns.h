/* SPDX-License-Identifier: Apache-2.0 */
/* What containers of netdns' image have in common. Inside this folder only. */
#pragma once

#include <sys/types.h>

struct arena;
struct netdns_opts;
struct node;
struct task;

#define NETDNS_USER_LABEL "davit.dns"
#define NETDNS_CONTAINER "davit-netdns"

const char *netdns_image(struct arena *arena, const struct netdns_opts *opts);
const char *netdns_entry(struct arena *arena, const struct netdns_opts *opts);

/* Sees to it that the image is there, packing it if need be, and calls then, or ends the task. */
void task_netdns_image(struct task *task, void (*then)(struct task *task));

/* What its container is made from. */
struct node *netdns_container(struct task *task);

/* netdns-succeed.c: a new one beside the old one, which gives it its sockets, and then goes. */
void task_netdns_succeed(struct task *task);

/*
 * netdns-ask.c: calls done when another one listens at the control socket than did, told by the inode, or after some
 * seconds.
 */
void task_netdns_await(struct task *task, ino_t before, void (*done)(struct task *task));
ino_t netdns_socket(const struct netdns_opts *opts); /* 0: there is none */

/* A list of texts, NULL at the end of items. */
struct node *netdns_texts(struct arena *arena, const char *const *items);
