#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What davit-netdns asks of others, and makes of their answers: two upstreams that play by the name that is asked.

usage: forward.py PROGRAM. As serve.py, in a network namespace of its own.
"""
import select
import socket
import struct
import threading
import time

from serve import WAIT_S, addresses, ask, main, query, rcode, read_tcp, run, send_tcp, zone

FIRST, SECOND = "127.0.0.9", "127.0.0.10"


def name_of(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += message[at] + 1
    return ".".join(labels).lower(), at + 5


def reply(message, code=0, flags=0x8080, records=(), authority=(), number=None):
    end = name_of(message)[1]
    opt = message[end:]
    head = struct.pack(">6H", struct.unpack(">H", message[:2])[0] if number is None else number, flags | code, 1,
                       len(records), len(authority), 1 if opt else 0)
    return head + message[12:end] + b"".join(records) + b"".join(authority) + opt


def record(kind, data, ttl=300):
    return b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, ttl, len(data)) + data


def a_record(address, ttl=300):
    return record(1, socket.inet_aton(address), ttl)


SOA = record(6, b"\0\0" + struct.pack(">5I", 1, 2, 3, 4, 60))


class Upstream:
    """Records what it is asked, and says what the name's first label asks for."""

    def __init__(self, address, last):
        self.address, self.last, self.asked, self.ports, self.numbers = address, last, [], [], []
        self.spellings, self.by_tcp = [], []
        self.gate = threading.Event()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.udp.bind((address, 53))
        self.tcp = socket.create_server((address, 53))
        threading.Thread(target=self.serve_udp, daemon=True).start()
        threading.Thread(target=self.serve_tcp, daemon=True).start()

    def count(self, name):
        return self.asked.count(name)

    def serve_udp(self):
        while True:
            message, source = self.udp.recvfrom(4096)
            name = name_of(message)[0]
            self.asked.append(name)
            self.ports.append(source[1])
            self.numbers.append(struct.unpack(">H", message[:2])[0])
            self.spellings.append(message[12:name_of(message)[1] - 5])
            for answer in self.play(name.split(".")[0], message):
                self.udp.sendto(answer, source)

    def play(self, word, message):
        good = reply(message, records=[a_record("192.0.2.1")])
        if word in ("silent", "dead") and (self.address == FIRST or word == "dead"):
            return []
        if word == "refused" and self.address == FIRST:
            return [reply(message, code=5)]
        if word == "servfail":
            return [reply(message, code=2)]
        if word == "forged":
            number = struct.unpack(">H", message[:2])[0]
            other = message[:18] + b"t" + message[19:]  # forget
            bad = [a_record("203.0.113.66")]
            return [reply(message, records=bad, number=number ^ 1), reply(other, records=bad), b"x", good[:-13], good]
        if word in ("lower", "stubborn"):
            return [reply(message[:12] + message[12:].lower(), records=[a_record("203.0.113.66" if word == "lower" else "192.0.2.1")])]
        if word == "big":
            return [reply(message, flags=0x8280)]
        if word == "nosuch":
            return [reply(message, code=3, authority=[SOA])]
        if word == "unknown":
            return [reply(message, records=[record(731, b"\xab\xcd\xef\x01\x23\x45")])]
        if word == "fleeting":
            again = self.address == SECOND or name_of(message)[0] in self.asked[:-1]
            return [] if again else [reply(message, records=[a_record("192.0.2.1", ttl=1)])]
        if word == "slow":
            self.gate.wait()
        return [good]

    def serve_tcp(self):
        while True:
            sock, _ = self.tcp.accept()
            with sock:
                message = read_tcp(sock)
                self.by_tcp.append(name_of(message)[0])
                if name_of(message)[0].startswith("stubborn"):
                    continue
                send_tcp(sock, reply(message, records=[a_record(f"192.0.2.{n}") for n in range(200)]))


def test_setup(a, b, server):
    server.first, server.second = Upstream(FIRST, 9), Upstream(SECOND, 10)
    server.second.gate.set()
    server.resolv.with_suffix(".new").write_text(f"nameserver {a.server}\nnameserver {FIRST}\nnameserver {SECOND}\n")
    server.resolv.with_suffix(".new").rename(server.resolv)
    server.until("serving")


def test_others_names_are_asked_elsewhere(a, b, server):
    got = ask(a, "Plain.Example")
    assert addresses(got) == ["192.0.2.1"] and b"\x05Plain\x07Example" in got and got[:2] == b"\x12\x34"
    assert len(got) == len(query("plain.example")) + 16  # our OPT went out, none comes back
    assert addresses(ask(a, "one")) == ["10.1.0.2"]
    assert server.first.count("one") == 0


def test_who_is_on_internal_networks_only_asks_nobody(a, b, server):
    assert rcode(ask(b, "leak.example")) == 3
    assert server.first.count("leak.example") == server.second.count("leak.example") == 0


def test_answers_are_kept_also_negative_ones(a, b, server):
    for _ in range(3):
        assert addresses(ask(a, "kept.example")) == ["192.0.2.1"]
        assert rcode(ask(a, "nosuch.example")) == 3
    assert server.first.count("kept.example") == server.first.count("nosuch.example") == 1


def test_the_second_is_asked_when_the_first_is_silent(a, b, server):
    began = time.monotonic()
    assert addresses(ask(a, "silent.example")) == ["192.0.2.1"]
    assert 0.5 < time.monotonic() - began < 2
    assert server.second.count("silent.example") == 1


def test_the_second_is_asked_at_once_when_the_first_refuses(a, b, server):
    began = time.monotonic()
    assert addresses(ask(a, "refused.example")) == ["192.0.2.1"]
    assert time.monotonic() - began < 0.5


def test_when_all_fail_it_is_said_and_believed_for_a_moment(a, b, server):
    assert rcode(ask(a, "servfail.example")) == 2
    assert rcode(ask(a, "servfail.example")) == 2
    assert server.first.count("servfail.example") == server.second.count("servfail.example") == 1


def test_when_nobody_answers_it_is_said_in_time(a, b, server):
    began = time.monotonic()
    assert rcode(ask(a, "dead.example")) == 2
    assert 3 < time.monotonic() - began < 3.9


def test_forged_replies_are_not_taken(a, b, server):
    assert addresses(ask(a, "forged.example")) == ["192.0.2.1"]


def test_unknown_types_go_through_as_they_are(a, b, server):
    assert ask(a, "unknown.example").endswith(b"\xc0\x0c\x02\xdb\0\1\0\0\1\x2c\0\6\xab\xcd\xef\x01\x23\x45")


def test_what_is_cut_is_asked_by_tcp(a, b, server):
    assert ask(a, "big.example")[2] & 2
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, query("big.example", number=1), query("one", number=2), query("plain.example", number=3))
        replies = {reply[1]: addresses(reply) for reply in (read_tcp(sock) for _ in range(3))}
        assert len(replies[1]) == 200 and replies[2] == ["10.1.0.2"] and replies[3] == ["192.0.2.1"]
    assert ask(a, "big.example")[2] & 2  # from what is kept, too large for UDP


def test_the_same_question_is_asked_once(a, b, server):
    socks = [a.socket(socket.SOCK_DGRAM) for _ in range(50)]
    for number, sock in enumerate(socks):
        sock.send(query("slow.example", number=number))
    ask(a, "one")
    server.first.gate.set()
    for number, sock in enumerate(socks):
        got = sock.recv(512)
        assert struct.unpack(">H", got[:2])[0] == number and addresses(got) == ["192.0.2.1"]
        sock.close()
    assert server.first.count("slow.example") == 1


def test_ids_and_ports_are_random(a, b, server):
    del server.first.ports[:], server.first.numbers[:]
    with a.socket(socket.SOCK_DGRAM) as sock:
        for number in range(300):
            sock.send(query(f"n{number}.example", number=number))
            sock.recv(512)
    assert len(server.first.ports) == 300
    assert len(set(server.first.ports)) > 250 and len(set(server.first.numbers)) > 280
    high = sum(number >> 15 for number in server.first.numbers)
    assert 90 < high < 210, high


def test_letters_are_spelt_by_chance(a, b, server):
    del server.first.spellings[:]
    for number in range(20):
        ask(a, f"abcdefghijklmnopqrstuvwxyz.n{number}")
    spelt = [name[1:27] for name in server.first.spellings if name[0] == 26]
    assert len(set(spelt)) == 20, spelt
    upper = sum(chr(letter).isupper() for name in spelt for letter in name)
    assert 200 < upper < 320, upper  # of 520


def test_another_spelling_is_not_believed_until_it_came_by_tcp(a, b, server):
    assert "203.0.113.66" not in addresses(ask(a, "lower.example"))
    assert server.first.by_tcp.count("lower.example") == 1
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, query("lower.example"))
        assert len(addresses(read_tcp(sock))) == 200
    before = len(server.first.spellings)
    assert addresses(ask(a, "stubborn.example")) == ["192.0.2.1"]
    assert server.first.by_tcp.count("stubborn.example") == 1
    assert server.first.spellings[-1] == b"\x08stubborn\x07example" and len(server.first.spellings) == before + 2


def test_tcp_is_answered_out_of_order(a, b, server):
    server.first.gate.clear()
    with a.socket(socket.SOCK_STREAM) as sock:
        waits = [query(f"slow.n{number}", number=number) for number in range(15)]
        send_tcp(sock, *waits, *(query("one", number=100 + number) for number in range(50)))
        assert [struct.unpack(">H", read_tcp(sock)[:2])[0] for _ in range(50)] == list(range(100, 150))
        sock.shutdown(socket.SHUT_WR)  # says no more, and listens
        server.first.gate.set()
        assert sorted(struct.unpack(">H", read_tcp(sock)[:2])[0] for _ in range(15)) == list(range(15))
        assert sock.recv(1) == b""


def test_a_changed_zone_keeps_what_is_on_its_way(a, b, server):
    with a.socket(socket.SOCK_DGRAM) as sock:
        sock.send(query("silent.again"))
        server.swap(zone())
        assert addresses(sock.recv(512)) == ["192.0.2.1"]


def test_a_container_has_its_own_servers(a, b, server):
    run("ip", "address", "add", "10.7.0.53/32", "dev", "lo")
    own, mine = Upstream("10.7.0.53", 53), zone()
    mine["containers"][0]["upstreams"] = ["127.0.0.9", a.server, "10.7.0.53"]
    server.swap(mine)
    assert addresses(ask(a, "mine.example")) == addresses(ask(a, "mine.example")) == ["192.0.2.1"]
    assert own.count("mine.example") == 1 and not server.first.count("mine.example")
    assert rcode(ask(a, "servfail.mine")) == 2 and not server.first.count("servfail.mine")
    server.swap(zone())
    assert addresses(ask(a, "mine.example")) == ["192.0.2.1"]
    assert own.count("mine.example") == 1 and server.first.count("mine.example") == 1


def test_one_client_cannot_take_all_the_questions(a, b, server):
    with a.socket(socket.SOCK_DGRAM) as sock:
        for number in range(140):
            sock.send(query(f"dead.n{number}", number=number))
        codes = [rcode(sock.recv(512)) for _ in range(12)]  # those past 128, at once
        assert codes == [2] * 12
        assert addresses(ask(a, "one")) == ["10.1.0.2"]


def crowd(client, clients, questions, word):
    """Asks from that many addresses, each that many questions, as fast as they can be sent."""
    socks = []
    for last in range(20, 20 + clients):
        run(*client.inside, "address", "replace", f"10.1.0.{last}/24", "dev", client.link)
        socks.append(client.socket(socket.SOCK_DGRAM, source=f"10.1.0.{last}"))
        socks[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    for number in range(questions):
        for place, sock in enumerate(socks):
            sock.send(query(f"{word}.c{place}n{number}", number=number))
    return socks


def test_a_burst_of_many_clients_is_asked_whole(a, b, server):
    for sock in crowd(a, 8, 100, "many"):
        with sock:
            assert [addresses(sock.recv(512)) for _ in range(100)] == [["192.0.2.1"]] * 100


def test_all_clients_have_a_limit(a, b, server):
    socks = crowd(a, 9, 120, "dead")  # 1080, of which 1024 wait for replies that do not come
    early = select.select(socks, [], [], WAIT_S)[0]
    assert [rcode(sock.recv(512)) for sock in early] == [2] * len(early)
    assert addresses(ask(a, "one")) == ["10.1.0.2"]
    for sock in socks:
        sock.close()


if __name__ == "__main__":
    main(__file__, globals())
