/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/image.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "netdns/wire.h"

enum {
	MAGIC = 0x64766e31,
	SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
};

/* No item of a list is written in fewer bytes, so no count makes us take much more memory than it came in. */
enum {
	TEXT_MIN_BYTES = 4,
	NETWORK_MIN_BYTES = 21,
	CONTAINER_MIN_BYTES = 51,
	ENDPOINT_MIN_BYTES = 28,
	PORT_MIN_BYTES = 17,
};

/* ---- writing */

static void put_u8(struct str *out, unsigned value)
{
	str_add_c(out, (char)value);
}

static void put_u32(struct str *out, uint32_t value)
{
	const char bytes[] = {(char)(value >> 24), (char)(value >> 16),
		(char)(value >> 8), (char)value};

	str_add_n(out, bytes, sizeof(bytes));
}

static void put_i64(struct str *out, int64_t value)
{
	put_u32(out, (uint32_t)((uint64_t)value >> 32));
	put_u32(out, (uint32_t)value);
}

/* Its length with its zero byte; 0: NULL. */
static void put_text(struct str *out, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	put_u32(out, (uint32_t)size);
	if (text)
		str_add_n(out, text, size);
}

static void put_strings(struct str *out, const struct strings *strings)
{
	put_u32(out, strings->n);
	for (size_t i = 0; i < strings->n; i++)
		put_text(out, strings->items[i]);
}

static void put_network(struct str *out, const struct input_network *network)
{
	put_text(out, network->name);
	put_text(out, network->key);
	put_text(out, network->project);
	put_text(out, network->bridge);
	put_u8(out, network->internal);
	put_strings(out, &network->addresses);
}

static void put_endpoint(struct str *out, const struct input_endpoint *endpoint)
{
	put_text(out, endpoint->network);
	put_text(out, endpoint->ipv4);
	put_text(out, endpoint->ipv6);
	put_strings(out, &endpoint->aliases);
	put_strings(out, &endpoint->links);
	put_i64(out, endpoint->priority);
}

static void put_port(struct str *out, const struct input_port *port)
{
	put_i64(out, port->target);
	put_u8(out, port->protocol);
	put_text(out, port->name);
	put_text(out, port->app_protocol);
}

enum { ONE_OFF = 1 << 0, DRAINING = 1 << 1, STRICT = 1 << 2, HAS_TTL = 1 << 3 };

static unsigned flags_of(const struct input_container *container)
{
	return (container->one_off ? ONE_OFF : 0U) |
		(container->draining ? DRAINING : 0U) |
		(container->strict ? STRICT : 0U) | (container->ttl_s.set ? HAS_TTL : 0U);
}

static void put_container(struct str *out, const struct input_container *container)
{
	put_text(out, container->id);
	put_text(out, container->name);
	put_text(out, container->hostname);
	put_text(out, container->project);
	put_text(out, container->service);
	put_i64(out, container->number);
	put_u8(out, flags_of(container));
	put_u8(out, container->state);
	put_u8(out, container->health);
	put_i64(out, container->ttl_s.value);
	put_strings(out, &container->upstreams);
	put_u32(out, (uint32_t)container->nendpoints);
	for (size_t i = 0; i < container->nendpoints; i++)
		put_endpoint(out, &container->endpoints[i]);
	put_u32(out, (uint32_t)container->nports);
	for (size_t i = 0; i < container->nports; i++)
		put_port(out, &container->ports[i]);
}

void image_print(struct str *out, const struct image *image)
{
	const struct zone_input *input = &image->input;

	put_u32(out, MAGIC);
	put_u32(out, image->serial);
	put_u8(out, image->stale);
	put_text(out, input->domain);
	put_strings(out, &input->host);
	put_strings(out, &input->listen);
	put_u32(out, (uint32_t)input->nnetworks);
	for (size_t i = 0; i < input->nnetworks; i++)
		put_network(out, &input->networks[i]);
	put_u32(out, (uint32_t)input->ncontainers);
	for (size_t i = 0; i < input->ncontainers; i++)
		put_container(out, &input->containers[i]);
}

/* ---- reading */

static int64_t get_i64(struct wire_in *in)
{
	uint64_t high = wire_get_u32(in);

	return (int64_t)(high << 32 | wire_get_u32(in));
}

static unsigned get_below(struct wire_in *in, unsigned limit)
{
	unsigned value = wire_get_u8(in);

	if (value < limit)
		return value;
	in->bad = true;
	return 0;
}

static size_t get_count(struct wire_in *in, size_t min_bytes)
{
	size_t n = wire_get_u32(in);

	if (n <= (in->len - in->at) / min_bytes)
		return n;
	in->bad = true;
	return 0;
}

static const char *get_text(struct wire_in *in)
{
	size_t size = wire_get_u32(in);
	const char *text = size ? (const char *)wire_get(in, size) : NULL;

	if (text && strnlen(text, size) != size - 1)
		in->bad = true;
	return in->bad ? NULL : text;
}

static void get_strings(struct wire_in *in, struct arena *arena, struct strings *out)
{
	size_t n = get_count(in, TEXT_MIN_BYTES);

	out->items = n ? ARENA_NEW_N(arena, n, const char *) : NULL;
	out->set = n > 0;
	for (; out->n < n && !in->bad; out->n++) {
		out->items[out->n] = get_text(in);
		if (!out->items[out->n])
			in->bad = true;
	}
}

static void get_network(
	struct wire_in *in, struct arena *arena, struct input_network *out)
{
	out->name = get_text(in);
	out->key = get_text(in);
	out->project = get_text(in);
	out->bridge = get_text(in);
	out->internal = get_below(in, 2);
	get_strings(in, arena, &out->addresses);
}

static void get_endpoint(
	struct wire_in *in, struct arena *arena, struct input_endpoint *out)
{
	out->network = get_text(in);
	out->ipv4 = get_text(in);
	out->ipv6 = get_text(in);
	get_strings(in, arena, &out->aliases);
	get_strings(in, arena, &out->links);
	out->priority = get_i64(in);
}

static void get_port(struct wire_in *in, struct input_port *out)
{
	out->target = get_i64(in);
	out->protocol = (enum input_protocol)get_below(in, INPUT_UDP + 1);
	out->name = get_text(in);
	out->app_protocol = get_text(in);
}

static void get_flags(struct wire_in *in, struct input_container *out)
{
	unsigned flags = get_below(in, HAS_TTL << 1);

	out->one_off = flags & ONE_OFF;
	out->draining = flags & DRAINING;
	out->strict = flags & STRICT;
	out->ttl_s.set = flags & HAS_TTL;
}

static void get_places(
	struct wire_in *in, struct arena *arena, struct input_container *out)
{
	size_t n = get_count(in, ENDPOINT_MIN_BYTES);

	out->endpoints = ARENA_NEW_N(arena, n, struct input_endpoint);
	for (; out->nendpoints < n && !in->bad; out->nendpoints++)
		get_endpoint(in, arena, &out->endpoints[out->nendpoints]);
	n = get_count(in, PORT_MIN_BYTES);
	out->ports = ARENA_NEW_N(arena, n, struct input_port);
	for (; out->nports < n && !in->bad; out->nports++)
		get_port(in, &out->ports[out->nports]);
}

static void get_container(
	struct wire_in *in, struct arena *arena, struct input_container *out)
{
	out->id = get_text(in);
	out->name = get_text(in);
	out->hostname = get_text(in);
	out->project = get_text(in);
	out->service = get_text(in);
	out->number = get_i64(in);
	get_flags(in, out);
	out->state = (enum input_state)get_below(in, INPUT_EXITED + 1);
	out->health = (enum input_health)get_below(in, INPUT_UNHEALTHY + 1);
	out->ttl_s.value = get_i64(in);
	get_strings(in, arena, &out->upstreams);
	get_places(in, arena, out);
}

bool image_read(struct arena *arena, const uint8_t *bytes, size_t len, struct image *out)
{
	struct wire_in in = {.data = bytes, .len = len};
	struct zone_input *input = &out->input;
	size_t n;

	*out = (struct image){0};
	if (wire_get_u32(&in) != MAGIC)
		return false;
	out->serial = wire_get_u32(&in);
	out->stale = get_below(&in, 2);
	input->domain = get_text(&in);
	get_strings(&in, arena, &input->host);
	get_strings(&in, arena, &input->listen);
	n = get_count(&in, NETWORK_MIN_BYTES);
	input->networks = ARENA_NEW_N(arena, n, struct input_network);
	for (; input->nnetworks < n && !in.bad; input->nnetworks++)
		get_network(&in, arena, &input->networks[input->nnetworks]);
	n = get_count(&in, CONTAINER_MIN_BYTES);
	input->containers = ARENA_NEW_N(arena, n, struct input_container);
	for (; input->ncontainers < n && !in.bad; input->ncontainers++)
		get_container(&in, arena, &input->containers[input->ncontainers]);
	return !in.bad && in.at == len;
}

/* ---- from hand to hand */

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool image_seal(const struct str *bytes, int *out_fd, struct err *err)
{
	auto_fd fd = memfd_create("zone", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (bytes->full)
		return err_set(err, ERR_STATE, "a zone of more than %zu MiB",
			IMAGE_MAX_BYTES >> 20);
	if (fd < 0 || !write_all(fd, bytes->text, bytes->len) ||
		fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_sys(err, "memory for the zone");
	*out_fd = fd_take(&fd);
	return true;
}

bool image_map(int fd, uint8_t **out, size_t *out_len)
{
	struct stat st;
	void *bytes;

	if (fcntl(fd, F_GET_SEALS) != SEALS || fstat(fd, &st) < 0 || st.st_size <= 0 ||
		(size_t)st.st_size > IMAGE_MAX_BYTES)
		return false;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	*out = bytes;
	*out_len = (size_t)st.st_size;
	return true;
}

void image_unmap(uint8_t *bytes, size_t len)
{
	munmap(bytes, len);
}
