/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the protocol's numbers, as tables. */
#include "netdns/protocol.h"

#include <stddef.h>
#include <strings.h>

#include "base/str.h"

struct word {
	unsigned number;
	const char *text;
};

static const struct word types[] = {
	{RR_A, "A"},
	{RR_NS, "NS"},
	{RR_CNAME, "CNAME"},
	{RR_SOA, "SOA"},
	{RR_PTR, "PTR"},
	{RR_MX, "MX"},
	{RR_TXT, "TXT"},
	{RR_AAAA, "AAAA"},
	{RR_SRV, "SRV"},
	{RR_OPT, "OPT"},
	{RR_HTTPS, "HTTPS"},
	{RR_IXFR, "IXFR"},
	{RR_AXFR, "AXFR"},
	{RR_ANY, "ANY"},
	{0, NULL},
};

static const struct word classes[] = {
	{CLASS_IN, "IN"},
	{CLASS_CH, "CH"},
	{CLASS_ANY, "ANY"},
	{0, NULL},
};

static const struct word rcodes[] = {
	{RCODE_NOERROR, "NOERROR"},
	{RCODE_FORMERR, "FORMERR"},
	{RCODE_SERVFAIL, "SERVFAIL"},
	{RCODE_NXDOMAIN, "NXDOMAIN"},
	{RCODE_NOTIMP, "NOTIMP"},
	{RCODE_REFUSED, "REFUSED"},
	{RCODE_BADVERS, "BADVERS"},
	{0, NULL},
};

static void print_word(
	struct str *str, const struct word *words, unsigned number, const char *otherwise)
{
	for (; words->text; words++)
		if (words->number == number) {
			str_add(str, words->text);
			return;
		}
	str_printf(str, "%s%u", otherwise, number);
}

void dns_print_type(struct str *str, uint16_t type)
{
	print_word(str, types, type, "TYPE");
}

void dns_print_class(struct str *str, uint16_t class)
{
	print_word(str, classes, class, "CLASS");
}

void dns_print_rcode(struct str *str, unsigned rcode)
{
	print_word(str, rcodes, rcode, "RCODE");
}

bool dns_parse_type(const char *text, uint16_t *out)
{
	int64_t number;

	for (const struct word *word = types; word->text; word++)
		if (!strcasecmp(word->text, text)) {
			*out = (uint16_t)word->number;
			return true;
		}
	if (strncasecmp(text, "TYPE", 4) != 0 || !parse_i64(text + 4, &number) ||
		number < 0 || number > UINT16_MAX)
		return false;
	*out = (uint16_t)number;
	return true;
}
