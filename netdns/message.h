/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the roles of one davit-netdns say to each other: messages of a kind, each with the fields of its kind and no
 * other, and of bounded size. They are read as strictly as packets are, since who sends them may have been taken over.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/addr.h"
#include "netdns/cookie.h"
#include "netdns/protocol.h"
#include "netdns/resolv.h"

enum message_kind {
	/* watch asks priv; each is answered by MESSAGE_DONE */
	MESSAGE_READ,    /* number: enum read_kind, text: what; a pipe with the reply */
	MESSAGE_LISTEN,  /* addr, device; two sockets: UDP, TCP */
	MESSAGE_FILE,    /* number: enum priv_file; a descriptor to read from */
	MESSAGE_CONTROL, /* the socket that listens there */
	MESSAGE_BEFORE,  /* a connection to whoever listens there, if anybody does */
	MESSAGE_RETIRED, /* it belongs to somebody else now */
	/* watch asks dns; likewise */
	MESSAGE_ZONE,  /* comes with its sealed image (netdns/image.h) */
	MESSAGE_OPEN,  /* number: of the listener, index, addr; with two sockets */
	MESSAGE_CLOSE, /* number */
	MESSAGE_PAUSE,
	MESSAGE_COUNT, /* answered by MESSAGE_COUNTERS */
	/* answers */
	MESSAGE_DONE, /* text: "", or why not; number: errno, or 0 */
	MESSAGE_COUNTERS,
	/* nobody answers these */
	MESSAGE_CHANGED,   /* priv tells watch: a file is another one */
	MESSAGE_UPSTREAMS, /* watch tells fwd: via */
	MESSAGE_ASK,   /* dns asks fwd: number, addr, via, asking, bytes: the packet */
	MESSAGE_REPLY, /* fwd tells dns: number, bytes: what to send */
	MESSAGE_KINDS,
};

enum {
	MESSAGE_TEXT_BYTES = 2048,
	MESSAGE_COUNTS = 5,
	MESSAGE_FDS = 2,
	MESSAGE_BYTES = DNS_TCP_BYTES + 512, /* of a whole one */
};

/* Of who asked, beside the address. */
struct message_asking {
	bool tcp;
	uint32_t now_s;
	uint8_t secret[COOKIE_SECRET_BYTES];
};

struct message {
	enum message_kind kind;
	uint32_t number;
	uint32_t index;
	struct addr addr;
	char device[IF_NAMESIZE]; /* "": any */
	char text[MESSAGE_TEXT_BYTES];
	struct upstreams via;
	struct message_asking asking;
	uint64_t counts[MESSAGE_COUNTS];
	const uint8_t *bytes; /* borrowed: read, they are in what was read */
	size_t len;
};

/* Text that is too long is cut; bytes are at most DNS_TCP_BYTES. Returns the length, at most MESSAGE_BYTES. */
size_t message_write(const struct message *message, uint8_t out[MESSAGE_BYTES]);

/* False for all that message_write never writes. */
bool message_read(const uint8_t *bytes, size_t len, struct message *out);

/* How many descriptors come with a question; those of an answer depend on the question. */
size_t message_nfds(enum message_kind kind);
