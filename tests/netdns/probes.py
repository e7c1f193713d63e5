#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the standards ask of a name server, one row a rule: asked by kdig, or in bytes. usage: probes.py PROGRAM

Rules have numbers, and the last test counts them: each is asked for by a row of a table, or by a test with its number. Those
about what others are asked have two upstreams of forward.py's; more of them are there.
"""
import pathlib
import re
import socket
import struct
import subprocess
import threading
import time

import forward
import serve

RULES = 41

WEB = "web.default.shop.davit.internal"
SOA = r"davit\.internal\.\s+1\s+IN\s+SOA\s+netdns\.davit\.internal\. hostmaster\.davit\.internal\. \d+ 3600 600 86400 1"
THREE = (r"(?s)status: NOERROR", r"(?s)(web\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.1[123].*){3}")

# The rule (0: of no number), what kdig is asked, what its answer must show, and what it must not.
TABLE = [
    (1, "RFC 1035: an answer with authority; RD comes back as it was, RA is set",
     [WEB, "+norec"], [*THREE, r"Flags: qr aa ra;", r"ANSWER: 3;"], []),
    (1, "RFC 1035: RD is copied", [WEB], [*THREE, r"Flags: qr aa rd ra;"], []),
    (2, "RFC 4343: case does not count", ["wEb.DeFault.shop.davit.internal"], THREE, []),
    (3, "RFC 2308: no such record of a name that exists", [WEB, "MX"], [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    (4, "RFC 2308: no such name", ["nosuch.shop.davit.internal"], [r"status: NXDOMAIN", r"Flags: qr aa", SOA], []),
    (5, "RFC 8020: a name that only has names below it exists", ["default.shop.davit.internal"],
     [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    (6, "RFC 4592: a wildcard answers in the name that was asked for", ["x.y.files.default.shop.davit.internal"],
     [r"(?m)^x\.y\.files\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.21"], []),
    (6, "RFC 4592: an exact name wins over a wildcard", ["own.files.default.shop.davit.internal"],
     [r"IN\s+A\s+10\.1\.0\.22"], [r"10\.1\.0\.21"]),
    (7, "RFC 2782: SRV with the addresses beside", [f"_http._tcp.{WEB}", "SRV"],
     [r"(?s)(SRV\s+0 10 80 [123]\.web\.default\.shop\.davit\.internal\..*){3}",
      r"(?s)ADDITIONAL.*(?m:^[123]\.web\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.1[123]).*"], []),
    (0, "RFC 3596: AAAA", [f"1.{WEB}", "AAAA"], [r"IN\s+AAAA\s+fd00:1::11"], []),
    (0, "RFC 3596: AAAA of a name that has only IPv4", ["files.default.shop.davit.internal", "AAAA"],
     [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    (0, "RFC 1035: PTR", ["-x", "10.1.0.11"], [r"PTR\s+1\.web\.default\.shop\.davit\.internal\."], []),
    (0, "RFC 1035: PTR of IPv6", ["-x", "fd00:1::11"], [r"PTR\s+1\.web\.default\.shop\.davit\.internal\."], []),
    (8, "RFC 1034: a name of a name is followed", ["linked"],
     [r"status: NOERROR", r"Flags: qr aa", r"(?s)linked\.\s+5\s+IN\s+CNAME\s+1\.files\.default\.shop\.davit\.internal\.\n"
      r"1\.files\.default\.shop\.davit\.internal\.\s+5\s+IN\s+A\s+10\.1\.0\.21"], []),
    (8, "RFC 1034: and is itself what CNAME asks for", ["linked", "CNAME"], [r"ANSWER: 1;", r"CNAME\s+1\.files"], [r"IN\s+A\s"]),
    (8, "RFC 2308: with the SOA, where it leads to no such record", ["linked", "MX"], [r"ANSWER: 1;", r"CNAME\s+1\.files", SOA], []),
    (9, "RFC 3597: a type that nobody knows", [WEB, "TYPE65400"], [r"status: NOERROR", r"ANSWER: 0;", SOA], []),
    (0, "RFC 9460: HTTPS of a name that exists is no NXDOMAIN", ["web", "TYPE65"], [r"status: NOERROR", r"ANSWER: 0;"], []),
    (11, "RFC 8482: ANY gets little", [WEB, "ANY", "+notcp"], [r"status: NOERROR", r"ANSWER: [13];"], [r"Flags:.* tc"]),
    (12, "RFC 6891: EDNS for EDNS, with our size", [WEB, "+bufsize=4096"], [r"EDNS PSEUDOSECTION", r"UDP size: 1232", *THREE], []),
    (12, "RFC 6891: none for none", [WEB, "+noedns"], THREE, [r"EDNS PSEUDOSECTION"]),
    (12, "RFC 3225: DO is copied", [WEB, "+dnssec"], [r"Version: 0; flags: do;", *THREE], []),
    (13, "RFC 6891: another version", [WEB, "+edns=1"], [r"(status|ext-rcode|EXT-RCODE|rcode): BADVERS", r"ANSWER: 0;", r"Version: 0;"], []),
    (14, "RFC 6891, 8906: an option that nobody knows", [WEB, "+ednsopt=100:abcd"], THREE, [r"Option: ?100|OPT ?100|\b100:"]),
    (16, "RFC 1035: cut to 512 bytes, and said so", ["all.many.default.shop.davit.internal", "+noedns", "+ignore"],
     [r"Flags: qr aa tc", r"Received (4\d\d|50\d|51[012]) B"], []),
    (16, "RFC 6891: cut to what was offered, and no more than 1232", ["all.many.default.shop.davit.internal", "+bufsize=4096", "+ignore"],
     [r"Flags: qr aa tc", r"Received (1[01]\d\d|12[0-2]\d|123[012]) B"], []),
    (17, "RFC 7766: whole over TCP", ["all.many.default.shop.davit.internal", "+tcp"], [r"ANSWER: 199;"], [r"Flags:.* tc"]),
    (17, "RFC 7766: several questions on one connection",
     ["+tcp", "+keepopen", WEB, "files.default.shop.davit.internal", "nosuch.shop.davit.internal"],
     [r"(?s)ANSWER: 3;.*ANSWER: 1;.*status: NXDOMAIN"], []),
    (20, "RFC 7873, 9018: a client's cookie comes back with ours", [WEB, "+cookie=0123456789abcdef"],
     [r"COOKIE: 0123456789ABCDEF01000000[0-9A-F]{24}", *THREE], []),
    (22, "RFC 7873: a cookie that cannot be one", [WEB, "+nocookie", "+ednsopt=10:0123"], [r"status: FORMERR"], []),
    (23, "RFC 7873: another server's cookie", [WEB, "+cookie=0123456789abcdef01000000000000000000000000000000"],
     [r"COOKIE: 0123456789ABCDEF01000000", *THREE], []),
    (25, "RFC 8906: AD, CD and Z are no reason for silence", [WEB, "+adflag", "+cdflag", "+zflag"],
     [r"Flags: qr aa rd ra cd;", *THREE], []),
    (31, "RFC 1035: another class", [WEB, "CH", "A"], [r"status: REFUSED", r"ANSWER: 0;"], []),
    (32, "RFC 5936: no zone transfer", ["davit.internal", "AXFR"], [r"REFUSED|refused|failed"], [r"IN\s+A\s"]),
    (32, "RFC 1995: no part of one", ["davit.internal", "IXFR=1", "+tcp"], [r"REFUSED|refused|failed"], [r"IN\s+A\s"]),
    (38, "RFC 8914: not why, for who does not", ["example.com", "+noedns"], [r"status: REFUSED"], [r"EDE|Extended"]),
    (38, "RFC 8914: why, for who speaks EDNS", ["example.com", "+edns"], [r"status: REFUSED", r"EDE|Extended"], []),
    (39, "RFC 6761: localhost", ["localhost"], [r"IN\s+A\s+127\.0\.0\.1"], []),
    (39, "RFC 6761: localhost by IPv6", ["localhost", "AAAA"], [r"IN\s+AAAA\s+::1"], []),
    (39, "RFC 6761: names below localhost", ["x.localhost"], [r"IN\s+A\s+127\.0\.0\.1"], []),
    (39, "RFC 6761: invalid", ["x.invalid"], [r"status: NXDOMAIN"], []),
    (39, "RFC 6761: test", ["x.test"], [r"status: NXDOMAIN"], []),
    (39, "RFC 7686: onion", ["x.onion"], [r"status: NXDOMAIN"], []),
    (40, "RFC 2181: one TTL in a set", [f"all.{WEB}"], [r"(?s)(web\.default\.shop\.davit\.internal\.\s+1\s+IN\s+A\s.*){3}"], []),
    (0, "RFC 1035: SOA and NS of the zone", ["davit.internal", "SOA"], [r"davit\.internal\.\s+60\s+IN\s+SOA\s+netdns\.davit\.internal\."], []),
    (0, "RFC 1035: NS", ["davit.internal", "NS"], [r"davit\.internal\.\s+60\s+IN\s+NS\s+netdns\.davit\.internal\."], []),
]


def shop():
    web = [dict(serve.container(n, "web", "a", f"10.1.0.{10 + n}"), project="shop",
                ports=[{"target": 80, "protocol": "tcp", "name": "http"}]) for n in (1, 2, 3)]
    for n, one in enumerate(web):
        one["endpoints"][0]["ipv6"] = f"fd00:1::{11 + n}"
    files = dict(serve.container(1, "files", "a", "10.1.0.21"), project="shop")
    files["endpoints"][0]["aliases"] = ["*.files"]
    asker = {"id": "a" * 64, "name": "asker", "endpoints": [{"network": "a", "ipv4": "10.1.0.2", "links": ["files-1:linked"]}]}
    own = dict(serve.container(1, "own", "a", "10.1.0.22"), project="shop")
    own["endpoints"][0]["aliases"] = ["own.files"]
    many = [dict(serve.container(n, "many", "a", f"10.1.1.{n}"), project="shop") for n in range(1, 200)]
    value = serve.zone()
    value["networks"][0].update(key="default", project="shop")
    value["networks"][0]["addresses"].append("fd00:1::1/64")
    value["containers"] = [*web, asker, files, own, *many]
    return value


def test_every_rule_of_the_table(a, b, server):
    run = serve.run
    run("ip", "address", "add", "fd00:1::1/64", "dev", "va", "nodad")
    server.swap(shop())
    failed = []
    for _, rule, words, wanted, unwanted in TABLE:
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

# The rule, what it says, the bytes, the reply's code; None: there is none.
BYTES = [
    (1, "a question", packet(), 0),
    (24, "RFC 8906: opcode STATUS", packet(flags=2 << 11), 4),
    (24, "RFC 8906: opcode NOTIFY", packet(flags=4 << 11), 4),
    (24, "RFC 8906: opcode UPDATE", packet(flags=5 << 11), 4),
    (24, "RFC 8906: opcode 15", packet(flags=15 << 11), 4),
    (26, "RFC 9619: no question", packet(counts=(0, 0, 0, 0), question=b""), 1),
    (27, "RFC 9619: two questions", packet(counts=(2, 0, 0, 0), question=b"\3web\0\0\1\0\1" * 2), 1),
    (15, "RFC 6891: two OPT", packet(counts=(1, 0, 0, 2), rest=OPT * 2), 1),
    (15, "RFC 6891: an OPT of another owner than the root", packet(counts=(1, 0, 0, 1), rest=b"\1x" + OPT), 1),
    (29, "RFC 1035: a label of 64 bytes", packet(question=b"\x40" + b"a" * 64 + b"\0\0\1\0\1"), 1),
    (29, "RFC 1035: a pointer to itself", packet(question=b"\xc0\x0c\0\1\0\1"), 1),
    (29, "RFC 1035: a pointer forwards", packet(question=b"\xc0\x12\0\1\0\1\3web\0"), 1),
    (29, "RFC 1035: a name that does not end", packet(question=b"\3we"), 1),
    (30, "bytes behind the message", packet(rest=b"more"), 0),
    (28, "a reply is no question", packet(flags=0x8100), None),
    (28, "less than a header", packet()[:11], None),
]


def test_every_message_of_the_table(a, b, server):
    for _, rule, message, code in BYTES:
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


def ask_bytes(client, message):
    with client.socket(socket.SOCK_DGRAM) as sock:
        sock.send(message)
        return sock.recv(4096)


def test_row_2_case_comes_back_as_it_was(a, b, server):
    reply = serve.ask(a, "wEb.DeFault")
    assert b"\3wEb\7DeFault\0" in reply and len(serve.addresses(reply)) == 3


def test_row_7_targets_of_srv_are_not_compressed(a, b, server):
    reply = ask_bytes(a, serve.query("_http._tcp.web", "SRV"))
    for n in (b"1", b"2", b"3"):
        assert b"\0\0\0\x0a\0\x50\1" + n + b"\3web\7default\4shop\5davit\x08internal\0" in reply


def test_row_14_unknown_flags_do_not_come_back(a, b, server):
    opt = b"\0\0\x29\x04\xd0\0\0\0\x40\0\5\0\x64\0\1x"
    reply = ask_bytes(a, packet(counts=(1, 0, 0, 1), rest=opt))
    assert serve.rcode(reply) == 0 and reply.endswith(b"\0\0\x29\x04\xd0\0\0\0\0\0\0"), reply


def test_row_17_a_connection_is_closed_when_nothing_comes(a, b, server):
    """It takes ten seconds; other tests go on meanwhile, and one waits for it."""
    def watch():
        with a.socket(socket.SOCK_STREAM, wait=20) as sock:
            serve.send_tcp(sock, serve.query("web"), serve.query("own"))
            assert len(serve.addresses(serve.read_tcp(sock))) == 3 and serve.addresses(serve.read_tcp(sock)) == ["10.1.0.22"]
            began = time.monotonic()
            server.idle_closed = sock.recv(1) == b"" and time.monotonic() - began

    server.idle = threading.Thread(target=watch)
    server.idle.start()


def test_row_18_nonsense_ends_its_connection_and_no_other(a, b, server):
    with a.socket(socket.SOCK_STREAM) as bystander:
        for nonsense in (b"\0\0", b"\0\2xx", b"\xff\xff", struct.pack(">H", 12) + b"\x12\x34\x81" + bytes(9)):
            with a.socket(socket.SOCK_STREAM) as sock:
                sock.sendall(nonsense)
                assert serve.is_closed(sock), nonsense
        began = time.monotonic()
        with a.socket(socket.SOCK_STREAM) as half, a.socket(socket.SOCK_STREAM) as slow, a.socket(socket.SOCK_STREAM) as reset:
            half.send(b"\0")
            slow.send(b"\0\x20" + serve.query("web")[:9])
            serve.send_tcp(reset, *[serve.query("all.many")] * 20)
            reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            reset.close()
            serve.send_tcp(bystander, serve.query("own"))
            assert serve.addresses(serve.read_tcp(bystander)) == ["10.1.0.22"]
            assert serve.is_closed(half) and serve.is_closed(slow)
        assert time.monotonic() - began < 4.5


def test_row_19_keepalive_is_for_tcp_only(a, b, server):
    message = packet(counts=(1, 0, 0, 1), rest=b"\0\0\x29\x04\xd0\0\0\0\0\0\4\0\x0b\0\0")
    with a.socket(socket.SOCK_STREAM) as sock:
        serve.send_tcp(sock, message)
        assert serve.read_tcp(sock).endswith(b"\0\6\0\x0b\0\2\0\x64")
    assert ask_bytes(a, message).endswith(b"\0\0\x29\x04\xd0\0\0\0\0\0\0")


def test_row_21_cookies_are_those_of_the_standard(a, b, server):
    """The secret is the server's own, so the vectors of RFC 9018 are a unit test: that is there."""
    unit = pathlib.Path(__file__).resolve().parent.parent / "unit" / "netdns" / "answer.c"
    assert "2464c4abcf10c957010000005cf79f111f8130c3eee29480" in unit.read_text()


def test_row_28_nothing_is_sent_to_port_0(a, b, server):
    with a.bare_socket(socket.SOCK_RAW, socket.IPPROTO_UDP) as raw, a.socket(socket.SOCK_DGRAM) as sock:
        raw.settimeout(serve.WAIT_S)
        message = serve.query("web", number=0x0bad)
        raw.sendto(struct.pack(">4H", 0, 53, 8 + len(message), 0) + message, (a.server, 0))
        sock.send(serve.query("web", number=0x600d))
        seen = []
        while 0x600d not in seen:
            seen.append(struct.unpack(">H", raw.recv(4096)[28:30])[0])
        assert 0x0bad not in seen


def test_row_38_who_is_on_internal_networks_is_told_why_not(a, b, server):
    shown = b.dig("example.com", "+edns")
    assert "status: NXDOMAIN" in shown and re.search(r"EDE: 18|Prohibited", shown), shown


def fragments(client):
    def of(words):
        names, values = [line.split()[1:] for line in subprocess.run(
            [*words, "cat", "/proc/net/snmp"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines() if line.startswith("Ip:")]
        return dict(zip(names, values))
    return of(())["FragCreates"], of(client.inside[:-1])["ReasmReqds"]


def test_row_41_what_is_said_of_the_path_does_not_matter(a, b, server):
    before = fragments(a)
    serve.run("ip", "route", "replace", a.address, "dev", "va", "mtu", "600")
    reply = ask_bytes(a, packet(question=b"\3all\4many\0\0\1\0\1", counts=(1, 0, 0, 1), rest=OPT))
    serve.run("ip", "route", "del", a.address, "dev", "va")
    assert 1000 < len(reply) <= 1232 and fragments(a) == before


# ---- what others are asked

def test_setup_of_upstreams(a, b, server):
    forward.test_setup(a, b, server)


def test_row_10_unknown_types_of_others_go_through(a, b, server):
    forward.test_unknown_types_go_through_as_they_are(a, b, server)


def test_row_33_ports_and_ids_are_drawn(a, b, server):
    del server.first.ports[:], server.first.numbers[:]
    with a.socket(socket.SOCK_DGRAM) as sock:
        for number in range(1000):
            sock.send(serve.query(f"n{number}.drawn", number=number))
            sock.recv(512)
    assert len(server.first.ports) == 1000
    assert len(set(server.first.ports)) > 960  # of 28,232 there are: 982 are to be expected
    for shift in (12, 8, 4, 0):
        counts = [sum(number >> shift & 15 == digit for number in server.first.numbers) for digit in range(16)]
        assert sum((count - 62.5) ** 2 / 62.5 for count in counts) < 50, counts  # 15 degrees: one in 100,000
    forward.test_forged_replies_are_not_taken(a, b, server)


def test_row_34_the_same_is_asked_once(a, b, server):
    forward.test_the_same_question_is_asked_once(a, b, server)


def test_row_35_letters_are_mixed_and_who_does_not_keep_them_answers_too(a, b, server):
    forward.test_letters_are_spelt_by_chance(a, b, server)
    forward.test_another_spelling_is_not_believed_until_it_came_by_tcp(a, b, server)


def test_row_36_what_is_not_there_is_kept_and_what_has_ended_serves_again(a, b, server):
    forward.test_answers_are_kept_also_negative_ones(a, b, server)
    message = serve.query("fleeting.example") + OPT
    message = message[:11] + b"\1" + message[12:]
    assert serve.addresses(ask_bytes(a, message)) == ["192.0.2.1"]
    while server.first.count("fleeting.example") == 1:
        reply = ask_bytes(a, message)
    assert serve.addresses(reply) == ["192.0.2.1"]
    assert struct.unpack(">I", reply[12 + 22 + 6:12 + 22 + 10])[0] <= 30 and b"\0\x0f\0\2\0\3" in reply, reply


def test_row_37_nobody_is_asked_all_the_time(a, b, server):
    for _ in range(100):
        began = time.monotonic()
        assert serve.rcode(serve.ask(a, "dead.believed")) == 2
        assert time.monotonic() - began < 4
    assert server.first.count("dead.believed") + server.second.count("dead.believed") <= 8


def test_row_39_names_of_nobody_are_not_asked_for(a, b, server):
    for name in ("localhost", "x.localhost", "x.invalid", "x.test", "x.onion", "nosuch.davit.internal", "2.0.1.10.in-addr.arpa"):
        assert serve.rcode(serve.ask(a, name)) in (0, 3)
        assert name not in server.first.asked + server.second.asked, name
    for name in ("printer.local", "1.168.192.in-addr.arpa"):  # which companies do have
        assert serve.addresses(serve.ask(a, name)) == ["192.0.2.1"]
        assert server.first.count(name) == 1


# ---- the whole

def test_row_17_it_was_closed(a, b, server):
    server.idle.join()
    assert 9 < server.idle_closed < 11.5, server.idle_closed


def test_every_rule_is_asked_for(a, b, server):
    by_name = (re.match(r"test_row_(\d+)_", name) for name in globals())
    found = {row[0] for row in (*TABLE, *BYTES)} | {int(match.group(1)) for match in by_name if match}
    assert found - {0} == set(range(1, RULES + 1)), set(range(1, RULES + 1)) ^ found


if __name__ == "__main__":
    serve.main(__file__, globals())
