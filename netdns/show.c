/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading of a whole message, into text. Types without a form of their own are shown as RFC 3597 5 says. */
#include "netdns/show.h"

#include <string.h>

#include "base/str.h"
#include "netdns/addr.h"
#include "netdns/name.h"
#include "netdns/protocol.h"
#include "netdns/wire.h"

struct flag {
	unsigned bit;
	const char *text;
};

static const struct flag flags_shown[] = {
	{FLAG_QR, "qr"},
	{FLAG_AA, "aa"},
	{FLAG_TC, "tc"},
	{FLAG_RD, "rd"},
	{FLAG_RA, "ra"},
	{FLAG_AD, "ad"},
	{FLAG_CD, "cd"},
};

static void show_name(struct str *str, struct wire_in *in)
{
	struct name name;

	name_read(in, &name);
	name_print(str, &name);
}

static void show_address(struct str *str, struct wire_in *in, uint8_t len)
{
	const uint8_t *bytes = wire_get(in, len);
	struct addr addr = {.len = len};

	if (!bytes)
		return;
	memcpy(addr.bytes, bytes, len);
	addr_print(str, &addr);
}

static void show_strings(struct str *str, struct wire_in *in, size_t end)
{
	const char *between = "";

	while (!in->bad && in->at < end) {
		size_t len = wire_get_u8(in);
		const uint8_t *text = wire_get(in, len);

		if (text)
			str_printf(
				str, "%s\"%.*s\"", between, (int)len, (const char *)text);
		between = " ";
	}
}

static void show_soa(struct str *str, struct wire_in *in)
{
	show_name(str, in);
	str_add(str, " ");
	show_name(str, in);
	for (unsigned i = 0; i < 5; i++)
		str_printf(str, " %u", wire_get_u32(in));
}

static void show_srv(struct str *str, struct wire_in *in)
{
	for (unsigned i = 0; i < 3; i++)
		str_printf(str, "%u ", wire_get_u16(in));
	show_name(str, in);
}

static void show_bytes(struct str *str, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; bytes && i < n; i++)
		str_printf(str, "%02x", bytes[i]);
}

static void show_data(struct str *str, struct wire_in *in, uint16_t type, size_t len)
{
	switch (type) {
	case RR_A:
		show_address(str, in, ADDR_V4_BYTES);
		break;
	case RR_AAAA:
		show_address(str, in, ADDR_V6_BYTES);
		break;
	case RR_NS:
	case RR_CNAME:
	case RR_PTR:
		show_name(str, in);
		break;
	case RR_SOA:
		show_soa(str, in);
		break;
	case RR_SRV:
		show_srv(str, in);
		break;
	case RR_TXT:
		show_strings(str, in, in->at + len);
		break;
	default:
		str_printf(str, "\\# %zu ", len);
		show_bytes(str, wire_get(in, len), len);
	}
}

static void show_option(struct str *str, struct wire_in *in)
{
	uint16_t code = wire_get_u16(in);
	size_t len = wire_get_u16(in);

	if (code == OPTION_EDE && len == 2) {
		str_printf(str, ", ede %u", wire_get_u16(in));
		return;
	}
	str_printf(str, ", option %u ", code);
	show_bytes(str, wire_get(in, len), len);
}

/* The OPT record behind its owner and type: size for class, flags for TTL. */
static void show_opt(struct str *str, struct wire_in *in)
{
	uint32_t ttl;
	size_t end;

	str_printf(str, ";; edns size %u", wire_get_u16(in));
	ttl = wire_get_u32(in);
	str_printf(str, " version %u", ttl >> 16 & 0xff);
	if (ttl >> 24)
		str_printf(str, " rcode+%u", ttl >> 24 << 4);
	if (ttl & 1u << 15)
		str_add(str, " do");
	end = wire_get_u16(in);
	end += in->at;
	while (!in->bad && in->at < end)
		show_option(str, in);
	str_add(str, "\n");
	in->bad = in->bad || in->at != end;
}

static void show_record(struct str *str, struct wire_in *in)
{
	struct name owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	size_t len;
	size_t end;

	name_read(in, &owner);
	type = wire_get_u16(in);
	if (type == RR_OPT) {
		in->bad = in->bad || owner.len != 1;
		show_opt(str, in);
		return;
	}
	class = wire_get_u16(in);
	ttl = wire_get_u32(in);
	len = wire_get_u16(in);
	end = in->at + len;
	if (in->bad || end > in->len) {
		in->bad = true;
		return;
	}
	name_print(str, &owner);
	str_printf(str, " %u ", ttl);
	dns_print_class(str, class);
	str_add(str, " ");
	dns_print_type(str, type);
	str_add(str, " ");
	show_data(str, in, type, len);
	str_add(str, "\n");
	in->bad = in->bad || in->at != end;
}

static void show_header(struct str *str, unsigned flags)
{
	str_add(str, ";; ");
	dns_print_rcode(str, flags & 0xf);
	if (flags >> 11 & 0xf)
		str_printf(str, " opcode %u", flags >> 11 & 0xf);
	for (size_t i = 0; i < sizeof(flags_shown) / sizeof(*flags_shown); i++)
		if (flags & flags_shown[i].bit)
			str_printf(str, " %s", flags_shown[i].text);
	str_add(str, "\n");
}

static void show_question(struct str *str, struct wire_in *in)
{
	uint16_t type;

	str_add(str, ";; ");
	show_name(str, in);
	type = wire_get_u16(in);
	str_add(str, " ");
	dns_print_class(str, wire_get_u16(in));
	str_add(str, " ");
	dns_print_type(str, type);
	str_add(str, "\n");
}

bool message_print(struct str *str, const uint8_t *message, size_t len)
{
	static const char *const titles[] = {
		NULL, "", ";; authority\n", ";; additional\n"};
	struct wire_in in = {.data = message, .len = len};
	uint16_t counts[4];

	wire_get_u16(&in);
	show_header(str, wire_get_u16(&in));
	for (unsigned i = 0; i < 4; i++)
		counts[i] = wire_get_u16(&in);
	for (unsigned i = 0; i < counts[0] && !in.bad; i++)
		show_question(str, &in);
	for (unsigned section = 1; section < 4; section++) {
		bool only_opt = section == 3 && counts[3] == 1 && in.at + 2 < len &&
			!message[in.at] && message[in.at + 2] == RR_OPT;

		if (counts[section] && !only_opt)
			str_add(str, titles[section]);
		for (unsigned i = 0; i < counts[section] && !in.bad; i++)
			show_record(str, &in);
	}
	return !in.bad && in.at == len;
}
