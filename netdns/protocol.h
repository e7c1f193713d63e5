/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the protocol that netdns knows by name, as IANA keeps them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct str;

enum {
	DNS_HEADER_BYTES = 12,
	DNS_UDP_BYTES = 512, /* without EDNS (RFC 1035 4.2.1) */
	DNS_UDP_EDNS_BYTES =
		1232, /* what we send and offer: never fragmented (RFC 9715) */
	DNS_TCP_BYTES = 65535,
};

enum dns_type {
	RR_A = 1,
	RR_NS = 2,
	RR_CNAME = 5,
	RR_SOA = 6,
	RR_PTR = 12,
	RR_MX = 15,
	RR_TXT = 16,
	RR_AAAA = 28,
	RR_SRV = 33,
	RR_OPT = 41,
	RR_HTTPS = 65,
	RR_IXFR = 251,
	RR_AXFR = 252,
	RR_ANY = 255,
};

enum dns_class { CLASS_IN = 1, CLASS_CH = 3, CLASS_ANY = 255 };

enum dns_rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_BADVERS = 16, /* RFC 6891 9: its upper bits are in the OPT record */
};

/* Flags of the header's second 16 bits (RFC 1035 4.1.1, RFC 4035). */
enum dns_flag {
	FLAG_QR = 1 << 15,
	FLAG_AA = 1 << 10,
	FLAG_TC = 1 << 9,
	FLAG_RD = 1 << 8,
	FLAG_RA = 1 << 7,
	FLAG_AD = 1 << 5,
	FLAG_CD = 1 << 4,
};

enum dns_option {
	OPTION_COOKIE = 10,    /* RFC 7873 */
	OPTION_KEEPALIVE = 11, /* RFC 7828 */
	OPTION_EDE = 15,       /* RFC 8914 */
};

/* "A", "TYPE731" (RFC 3597 5), "NXDOMAIN", "RCODE9". */
void dns_print_type(struct str *str, uint16_t type);
void dns_print_class(struct str *str, uint16_t class);
void dns_print_rcode(struct str *str, unsigned rcode);

/* As dns_print_type writes it, in any case; false for what it never writes. */
bool dns_parse_type(const char *text, uint16_t *out);
