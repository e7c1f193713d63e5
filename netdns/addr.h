/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of hosts and of networks, IPv4 and IPv6 in one type. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct str;

enum { ADDR_V4_BYTES = 4, ADDR_V6_BYTES = 16 };

struct addr {
	uint8_t len; /* 4 or 16; 0: none */
	uint8_t bytes[ADDR_V6_BYTES];
};

/* An address and the length of its network's prefix: what an interface has. */
struct prefix {
	struct addr addr;
	uint8_t bits;
};

/* "10.0.0.1", "fd00::1". An IPv4 address written inside IPv6 is IPv4. */
bool addr_parse(const char *text, struct addr *out);
void addr_print(struct str *str, const struct addr *addr);
bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_is_loopback(const struct addr *addr);

/* Of IPv6: the same on every interface. */
bool addr_is_link_local(const struct addr *addr);

/* ::ffff:10.0.0.1, as a socket for both families gives it, becomes 10.0.0.1. */
void addr_unmap(struct addr *addr);

/* "10.0.0.1/24"; without a slash the prefix is the address. */
bool prefix_parse(const char *text, struct prefix *out);
bool prefix_has(const struct prefix *prefix, const struct addr *addr);
