/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/links.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/texts.h"

struct links {
	struct uv_loop_s *loop; /* borrowed */
	void (*changed)(void *data);
	void *data;
	uv_poll_t poll;
	struct nl_cache_mngr *manager; /* owns the caches */
	struct nl_cache *links;        /* for its messages alone */
	struct nl_cache *addrs;
	bool touched; /* since the last call of changed */
};

static void on_object(
	struct nl_cache *cache, struct nl_object *object, int action, void *data)
{
	struct links *links = data;

	(void)cache;
	(void)object;
	(void)action;
	links->touched = true;
}

static bool nl_err(struct err *err, int code)
{
	return err_set(err, ERR_SYSTEM, "rtnetlink: %s", nl_geterror(code));
}

static bool fill(struct links *links, struct err *err)
{
	int code = nl_cache_mngr_alloc(
		NULL, NETLINK_ROUTE, NL_AUTO_PROVIDE, &links->manager);

	if (code == 0)
		code = nl_cache_mngr_add(
			links->manager, "route/link", on_object, links, &links->links);
	if (code == 0)
		code = nl_cache_mngr_add(
			links->manager, "route/addr", on_object, links, &links->addrs);
	if (code == 0)
		return true;
	nl_cache_mngr_free(links->manager);
	links->manager = NULL;
	return nl_err(err, code);
}

static void on_readable(uv_poll_t *poll, int status, int events);

static void listen_on(struct links *links)
{
	links->poll.data = links;
	uv_poll_init(links->loop, &links->poll, nl_cache_mngr_get_fd(links->manager));
	uv_poll_start(&links->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
	struct links *links = handle->data;
	struct err err;

	nl_cache_mngr_free(links->manager);
	links->manager = NULL;
	if (!links->changed) {
		free(links);
		return;
	}
	if (!fill(links, &err))
		return; /* without a socket nothing is known, and said to be known */
	listen_on(links);
	links->changed(links->data);
}

/* When the kernel had more to tell than its buffer holds (ENOBUFS), all is asked anew. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct links *links = poll->data;

	(void)events;
	if (status < 0 || nl_cache_mngr_data_ready(links->manager) < 0) {
		uv_close((uv_handle_t *)poll, on_closed);
		return;
	}
	if (!links->touched)
		return;
	links->touched = false;
	links->changed(links->data);
}

struct links *links_new(
	struct uv_loop_s *loop, void (*changed)(void *data), void *data, struct err *err)
{
	struct links *links = xalloc(sizeof(*links));

	links->loop = loop;
	links->changed = changed;
	links->data = data;
	if (!fill(links, err)) {
		free(links);
		return NULL;
	}
	listen_on(links);
	return links;
}

void links_free(struct links *links)
{
	if (!links)
		return;
	links->changed = NULL;
	if (!links->manager)
		free(links);
	else if (!uv_is_closing((uv_handle_t *)&links->poll))
		uv_close((uv_handle_t *)&links->poll, on_closed);
}

/* The local address, which on a bridge has no peer. */
static bool is_usable(struct rtnl_addr *addr)
{
	return rtnl_addr_get_local(addr) && rtnl_addr_get_scope(addr) != RT_SCOPE_LINK &&
		!(rtnl_addr_get_flags(addr) & IFA_F_DADFAILED);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_address(
	struct arena *arena, struct rtnl_addr *addr, bool prefix, struct strings *out)
{
	struct nl_addr *local = rtnl_addr_get_local(addr);
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(nl_addr_get_family(local), nl_addr_get_binary_addr(local), text,
		    sizeof(text)))
		return;
	ARENA_PUSH(arena, out->items, out->n,
		prefix ? arena_printf(arena, "%s/%d", text, rtnl_addr_get_prefixlen(addr))
		       : arena_strdup(arena, text));
	out->set = true;
}

/* index 0: of any interface, and then without prefixes. */
static void list_addresses(
	const struct links *links, int index, struct arena *arena, struct strings *out)
{
	*out = (struct strings){0};
	if (!links->manager)
		return;
	for (struct nl_object *object = nl_cache_get_first(links->addrs); object;
		object = nl_cache_get_next(object)) {
		struct rtnl_addr *addr = (struct rtnl_addr *)object;

		if (is_usable(addr) && (!index || rtnl_addr_get_ifindex(addr) == index))
			add_address(arena, addr, index, out);
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(*out->items), compare_texts);
}

void links_host(const struct links *links, struct arena *arena, struct strings *out)
{
	list_addresses(links, 0, arena, out);
}

/* Asked of the kernel: libnl's cache may go on to know a bridge that is gone, by its ports' messages. */
int links_index(const char *name)
{
	return (int)if_nametoindex(name);
}

bool links_addresses(const struct links *links, const char *name, struct arena *arena,
	struct strings *out)
{
	int index = links_index(name);

	*out = (struct strings){0};
	if (index)
		list_addresses(links, index, arena, out);
	return index != 0;
}
