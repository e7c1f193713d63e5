/* SPDX-License-Identifier: Apache-2.0 */
/* The roles dns and fwd: a loop, confined before it turns. */
#include <stdlib.h>
#include <uv.h>

#include "cmd/netdns-roles.h"
#include "cmd/netdns-sandbox.h"
#include "netdns/answering.h"
#include "netdns/asking.h"

static void finish(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	uv_loop_close(loop);
}

int netdns_dns(const struct netdns_options *options)
{
	struct answering *answering;
	uv_loop_t loop;
	bool ok;

	netdns_begin(NETDNS_DNS_WATCH);
	uv_loop_init(&loop);
	answering = answering_new(&loop, NETDNS_DNS_WATCH, NETDNS_DNS_FWD);
	ok = netdns_confine(options, CONFINE_DNS);
	if (ok)
		uv_run(&loop, UV_RUN_DEFAULT);
	ok = ok && !answering_is_broken(answering);
	answering_free(answering);
	finish(&loop);
	return netdns_end(options, ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

int netdns_fwd(const struct netdns_options *options)
{
	struct asking *asking;
	uv_loop_t loop;
	bool ok;

	netdns_begin(NETDNS_FWD_DNS);
	uv_loop_init(&loop);
	asking = asking_new(&loop, NETDNS_FWD_DNS, NETDNS_FWD_WATCH);
	ok = netdns_confine(options, CONFINE_FWD);
	if (ok)
		uv_run(&loop, UV_RUN_DEFAULT);
	ok = ok && !asking_is_broken(asking);
	asking_free(asking);
	finish(&loop);
	return netdns_end(options, ok ? EXIT_SUCCESS : EXIT_FAILURE);
}
