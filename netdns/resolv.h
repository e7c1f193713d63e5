/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the host asks: the name servers of a resolv.conf. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "netdns/addr.h"

enum { UPSTREAMS_MAX = 3 }; /* as libc takes */

struct upstreams {
	struct addr items[UPSTREAMS_MAX];
	size_t n;
};

bool upstreams_equal(const struct upstreams *a, const struct upstreams *b);

/* Takes the first that can be used; addresses with a zone ("fe80::1%eth0") cannot. */
void resolv_read(const char *text, size_t len, struct upstreams *out);
