#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the standards ask of a name server, one row a rule: asked by kdig, or in bytes. usage: probes.py PROGRAM

Rules about what others are asked (RFC 2308, 3597, 5452, 8767, 9520) are in forward.py.
"""
import re
import socket
import struct

import serve

WEB = "web.default.shop.davit.internal"
SOA = r"davit\.internal\.\s+1\s+IN\s+SOA\s+netdns\.davit\.internal\. hostmaster\.davit\.internal\. \d+ 3600 600 86400 1"
THREE = (r"(?s)status: NOERROR", r"(?s)(web\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.1[123].*){3}")

# The rule, what kdig is asked, what its answer must show, and what it must not.
TABLE = [
    ("RFC 1035: an answer with authority; RD comes back as it was, RA is set",
     [WEB, "+norec"], [*THREE, r"Flags: qr aa ra;", r"ANSWER: 3;"], []),
    ("RFC 1035: RD is copied", [WEB], [*THREE, r"Flags: qr aa rd ra;"], []),
    ("RFC 4343: case does not count", ["wEb.DeFault.shop.davit.internal"], THREE, []),
    ("RFC 2308: no such record of a name that exists", [WEB, "MX"], [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    ("RFC 2308: no such name", ["nosuch.shop.davit.internal"], [r"status: NXDOMAIN", r"Flags: qr aa", SOA], []),
    ("RFC 8020: a name that only has names below it exists", ["default.shop.davit.internal"],
     [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    ("RFC 4592: a wildcard answers in the name that was asked for", ["x.y.files.default.shop.davit.internal"],
     [r"(?m)^x\.y\.files\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.21"], []),
    ("RFC 4592: an exact name wins over a wildcard", ["own.files.default.shop.davit.internal"],
     [r"IN\s+A\s+10\.1\.0\.22"], [r"10\.1\.0\.21"]),
    ("RFC 2782: SRV with the addresses beside", [f"_http._tcp.{WEB}", "SRV"],
     [r"(?s)(SRV\s+0 10 80 [123]\.web\.default\.shop\.davit\.internal\..*){3}",
      r"(?s)ADDITIONAL.*(?m:^[123]\.web\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.1[123]).*"], []),
    ("RFC 3596: AAAA", [f"1.{WEB}", "AAAA"], [r"IN\s+AAAA\s+fd00:1::11"], []),
    ("RFC 3596: AAAA of a name that has only IPv4", ["files.default.shop.davit.internal", "AAAA"],
     [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    ("RFC 1035: PTR", ["-x", "10.1.0.11"], [r"PTR\s+1\.web\.default\.shop\.davit\.internal\."], []),
    ("RFC 1035: PTR of IPv6", ["-x", "fd00:1::11"], [r"PTR\s+1\.web\.default\.shop\.davit\.internal\."], []),
    ("RFC 3597: a type that nobody knows", [WEB, "TYPE65400"], [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    ("RFC 9460: HTTPS of a name that exists is no NXDOMAIN", ["web", "TYPE65"], [r"status: NOERROR", r"ANSWER: 0;"], []),
    ("RFC 8482: ANY gets little", [WEB, "ANY", "+notcp"], [r"status: NOERROR", r"ANSWER: [13];"], [r"Flags:.* tc"]),
    ("RFC 6891: EDNS for EDNS, with our size", [WEB, "+bufsize=4096"], [r"EDNS PSEUDOSECTION", r"UDP size: 1232", *THREE], []),
    ("RFC 6891: none for none", [WEB, "+noedns"], THREE, [r"EDNS PSEUDOSECTION"]),
    ("RFC 3225: DO is copied", [WEB, "+dnssec"], [r"Version: 0; flags: do;", *THREE], []),
    ("RFC 6891: another version", [WEB, "+edns=1"], [r"(status|ext-rcode|EXT-RCODE|rcode): BADVERS", r"ANSWER: 0;", r"Version: 0;"], []),
    ("RFC 6891, 8906: an option that nobody knows", [WEB, "+ednsopt=100:abcd"], THREE, [r"Option: ?100|OPT ?100|\b100:"]),
    ("RFC 1035: cut to 512 bytes, and said so", ["all.many.default.shop.davit.internal", "+noedns", "+ignore"],
     [r"Flags: qr aa tc", r"Received (4\d\d|50\d|51[012]) B"], []),
    ("RFC 6891: cut to what was offered, and no more than 1232", ["all.many.default.shop.davit.internal", "+bufsize=4096", "+ignore"],
     [r"Flags: qr aa tc", r"Received (1[01]\d\d|12[0-2]\d|123[012]) B"], []),
    ("RFC 7766: whole over TCP", ["all.many.default.shop.davit.internal", "+tcp"], [r"ANSWER: 199;"], [r"Flags:.* tc"]),
    ("RFC 7766: several questions on one connection",
     ["+tcp", "+keepopen", WEB, "files.default.shop.davit.internal", "nosuch.shop.davit.internal"],
     [r"(?s)ANSWER: 3;.*ANSWER: 1;.*status: NXDOMAIN"], []),
    ("RFC 7873, 9018: a client's cookie comes back with ours", [WEB, "+cookie=0123456789abcdef"],
     [r"COOKIE: 0123456789ABCDEF01000000[0-9A-F]{24}", *THREE], []),
    ("RFC 7873: a cookie that cannot be one", [WEB, "+nocookie", "+ednsopt=10:0123"], [r"status: FORMERR"], []),
    ("RFC 7873: another server's cookie", [WEB, "+cookie=0123456789abcdef01000000000000000000000000000000"],
     [r"COOKIE: 0123456789ABCDEF01000000", *THREE], []),
    ("RFC 8906: AD, CD and Z are no reason for silence", [WEB, "+adflag", "+cdflag", "+zflag"],
     [r"Flags: qr aa rd ra cd;", *THREE], []),
    ("RFC 1035: another class", [WEB, "CH", "A"], [r"status: REFUSED", r"ANSWER: 0;"], []),
    ("RFC 5936: no zone transfer", ["davit.internal", "AXFR"], [r"REFUSED|refused|failed"], [r"IN\s+A\s"]),
    ("RFC 1995: no part of one", ["davit.internal", "IXFR=1", "+tcp"], [r"REFUSED|refused|failed"], [r"IN\s+A\s"]),
    ("RFC 8914: why, for who speaks EDNS", ["example.com", "+edns"], [r"status: REFUSED", r"EDE|Extended"], []),
    ("RFC 6761: localhost", ["localhost"], [r"IN\s+A\s+127\.0\.0\.1"], []),
    ("RFC 6761: localhost by IPv6", ["localhost", "AAAA"], [r"IN\s+AAAA\s+::1"], []),
    ("RFC 6761: names below localhost", ["x.localhost"], [r"IN\s+A\s+127\.0\.0\.1"], []),
    ("RFC 6761: invalid", ["x.invalid"], [r"status: NXDOMAIN"], []),
    ("RFC 6761: test", ["x.test"], [r"status: NXDOMAIN"], []),
    ("RFC 7686: onion", ["x.onion"], [r"status: NXDOMAIN"], []),
    ("RFC 2181: one TTL in a set", [f"all.{WEB}"], [r"(?s)(web\.default\.shop\.davit\.internal\.\s+1\s+IN\s+A\s.*){3}"], []),
    ("RFC 1035: SOA and NS of the zone", ["davit.internal", "SOA"], [r"davit\.internal\.\s+60\s+IN\s+SOA\s+netdns\.davit\.internal\."], []),
    ("RFC 1035: NS", ["davit.internal", "NS"], [r"davit\.internal\.\s+60\s+IN\s+NS\s+netdns\.davit\.internal\."], []),
]


def shop():
    web = [dict(serve.container(n, "web", "a", f"10.1.0.{10 + n}"), project="shop",
                ports=[{"target": 80, "protocol": "tcp", "name": "http"}]) for n in (1, 2, 3)]
    for n, one in enumerate(web):
        one["endpoints"][0]["ipv6"] = f"fd00:1::{11 + n}"
    files = dict(serve.container(1, "files", "a", "10.1.0.21"), project="shop")
    files["endpoints"][0]["aliases"] = ["*.files"]
    own = dict(serve.container(1, "own", "a", "10.1.0.22"), project="shop")
    own["endpoints"][0]["aliases"] = ["own.files"]
    many = [dict(serve.container(n, "many", "a", f"10.1.1.{n}"), project="shop") for n in range(1, 200)]
    value = serve.zone()
    value["networks"][0].update(key="default", project="shop")
    value["networks"][0]["addresses"].append("fd00:1::1/64")
    value["containers"] = [*web, files, own, *many]
    return value


def test_every_rule_of_the_table(a, b, server):
    run = serve.run
    run("ip", "address", "add", "fd00:1::1/64", "dev", "va", "nodad")
    server.swap(shop())
    failed = []
    for rule, words, wanted, unwanted in TABLE:
        shown = a.dig(*words)
        lacking = [text for text in wanted if not re.search(text, shown)] + [
            f"not {text}" for text in unwanted if re.search(text, shown)]
        if lacking:
            failed.append(f"{rule}\n  kdig {' '.join(words)}\n  lacks {lacking}\n{shown}")
    assert not failed, "\n".join(failed)
    print(f"  {len(TABLE)} rules")


def packet(flags=0x0100, counts=(1, 0, 0, 0), question=b"\3web\0\0\1\0\1", rest=b""):
    return struct.pack(">6H", 0x1234, flags, *counts) + question + rest


OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"

# The rule, the bytes, the reply's code; None: there is none.
BYTES = [
    ("a question", packet(), 0),
    ("RFC 8906: opcode STATUS", packet(flags=2 << 11), 4),
    ("RFC 8906: opcode NOTIFY", packet(flags=4 << 11), 4),
    ("RFC 8906: opcode UPDATE", packet(flags=5 << 11), 4),
    ("RFC 8906: opcode 15", packet(flags=15 << 11), 4),
    ("RFC 9619: no question", packet(counts=(0, 0, 0, 0), question=b""), 1),
    ("RFC 9619: two questions", packet(counts=(2, 0, 0, 0), question=b"\3web\0\0\1\0\1" * 2), 1),
    ("RFC 6891: two OPT", packet(counts=(1, 0, 0, 2), rest=OPT * 2), 1),
    ("RFC 6891: an OPT of another owner than the root", packet(counts=(1, 0, 0, 1), rest=b"\1x" + OPT), 1),
    ("RFC 1035: a label of 64 bytes", packet(question=b"\x40" + b"a" * 64 + b"\0\0\1\0\1"), 1),
    ("RFC 1035: a pointer to itself", packet(question=b"\xc0\x0c\0\1\0\1"), 1),
    ("RFC 1035: a pointer forwards", packet(question=b"\xc0\x12\0\1\0\1\3web\0"), 1),
    ("RFC 1035: a name that does not end", packet(question=b"\3we"), 1),
    ("bytes behind the message", packet(rest=b"more"), 0),
    ("a reply is no question", packet(flags=0x8100), None),
    ("less than a header", packet()[:11], None),
]


def test_every_message_of_the_table(a, b, server):
    for rule, message, code in BYTES:
        with a.socket(socket.SOCK_DGRAM) as sock:
            sock.send(message)
            sock.send(serve.query("web", number=0x5678))  # has come back: so has what was before it
            replies = {}
            while 0x5678 not in replies:
                reply = sock.recv(4096)
                replies[struct.unpack(">H", reply[:2])[0]] = reply
            assert (0x1234 in replies) == (code is not None), rule
            if code is not None:
                assert serve.rcode(replies[0x1234]) == code, (rule, replies[0x1234])
                assert replies[0x1234][2] & 0x80, rule
    print(f"  {len(BYTES)} messages")


def test_case_comes_back_as_it_was(a, b, server):
    reply = serve.ask(a, "wEb.DeFault")
    assert b"\3wEb\7DeFault\0" in reply and len(serve.addresses(reply)) == 3


if __name__ == "__main__":
    serve.main(__file__, globals())
