#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""davit-netdns serve in a network of its own: two bridges' worth of links, a client behind each. usage: serve.py PROGRAM

Nothing outside is touched: the script starts itself again in a new user and network namespace.
"""
import ctypes
import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

CLONE_NEWNET = 0x40000000
WAIT_S = 10  # for what must come
LIBC = ctypes.CDLL(None, use_errno=True)
TYPES = {"A": 1, "SRV": 33, "AAAA": 28}


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def family(pid):
    """A process and all that come from it."""
    children = [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(one for child in children for one in family(child))]


class Client:
    """A network namespace behind a link of ours."""

    def __init__(self, letter, number):
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.server, self.address = f"10.{number}.0.1", f"10.{number}.0.2"
        here, there, pid = f"v{letter}", f"c{letter}", str(self.holder.pid)
        run("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", pid)
        run("ip", "address", "add", f"{self.server}/24", "dev", here)
        run("ip", "link", "set", here, "up")
        inside = ("nsenter", "-t", pid, "-n", "ip")
        run(*inside, "link", "set", "lo", "up")
        run(*inside, "address", "add", f"{self.address}/24", "dev", there)
        run(*inside, "link", "set", there, "up")
        run(*inside, "route", "add", "default", "via", self.server)
        self.inside, self.link = inside, there

    def bare_socket(self, *kind):
        """A socket of the namespace: setns counts for the thread that calls it."""
        made = []

        def make():
            with open(f"/proc/{self.holder.pid}/ns/net", encoding="ascii") as ns:
                assert LIBC.setns(ns.fileno(), CLONE_NEWNET) == 0
            made.append(socket.socket(socket.AF_INET, *kind))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return made[0]

    def socket(self, kind, to=None, source=None, wait=WAIT_S):
        """A connected one."""
        made = self.bare_socket(kind)
        made.settimeout(wait)
        if source:
            made.bind((source, 0))
        made.connect((to or self.server, 53))
        return made

    def dig(self, *words):
        done = subprocess.run(["nsenter", "-t", str(self.holder.pid), "-n", "kdig", f"@{self.server}", "+retry=0", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
        return done.stdout


def query(name, kind="A", number=0x1234):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", TYPES[kind], 1)


def rcode(reply):
    return reply[3] & 15


def addresses(reply):
    """The A records of a reply whose owners are pointers."""
    at = 12 + reply[12:].index(b"\0") + 5
    found = []
    for _ in range(struct.unpack(">H", reply[6:8])[0]):
        found.append(socket.inet_ntoa(reply[at + 12:at + 16]))
        at += 16
    return sorted(found)


def ask(client, name, **words):
    with client.socket(socket.SOCK_DGRAM, **words) as sock:
        sock.send(query(name))
        return sock.recv(4096)


def send_tcp(sock, *messages):
    sock.sendall(b"".join(struct.pack(">H", len(m)) + m for m in messages))


def read_exactly(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_tcp(sock):
    return read_exactly(sock, struct.unpack(">H", read_exactly(sock, 2))[0])


def is_closed(sock):
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def container(number, service, network, address, **more):
    return {"id": f"{network}{address}", "name": f"{service}-{number}", "project": "p", "service": service,
            "number": number, "endpoints": [{"network": network, "ipv4": address}], **more}


def zone(*containers, networks="ab"):
    known = {"a": {"name": "a", "bridge": "va", "addresses": ["10.1.0.1/24"]},
             "b": {"name": "b", "bridge": "vb", "internal": True, "addresses": ["10.2.0.1/24"]}}
    many = [container(n, "many", "a", f"10.1.1.{n}") for n in range(1, 200)]
    return {"networks": [known[n] for n in networks], "containers": [
        container(1, "one", "a", "10.1.0.2"), container(1, "two", "b", "10.2.0.2"), *many, *containers]}


class Server:
    def __init__(self, program, directory):
        self.program, self.file, self.running = program, directory / "zone.json", None
        self.resolv = directory / "resolv.conf"
        self.resolv.write_text("# nobody to ask\n")
        self.seen = []

    def write(self, value):
        """As careful writers do: whole, then renamed."""
        new = self.file.with_suffix(".new")
        new.write_text(value if isinstance(value, str) else json.dumps(value))
        new.rename(self.file)

    def command(self):
        return [self.program, "serve", "--zone", self.file]

    def start(self):
        self.running = subprocess.Popen([*self.command(), "--resolv", self.resolv], stderr=subprocess.PIPE, text=True)
        self.until("serving")

    def until(self, word):
        for line in self.running.stderr:
            self.seen.append(line)
            if word in line:
                return line
        raise AssertionError(f"no {word!r} in: {''.join(self.seen)}")

    def swap(self, value):
        self.write(value)
        self.until("serving")

    def stop(self):
        self.running.terminate()
        rest = self.running.stderr.read()
        assert self.running.wait() == 0, rest


def test_answers_by_udp_and_tcp(a, b, server):
    assert addresses(ask(a, "one")) == ["10.1.0.2"]
    assert addresses(ask(b, "two")) == ["10.2.0.2"]
    assert rcode(ask(a, "two")) == 5  # not ours, and there is nobody to ask
    assert rcode(ask(b, "one")) == 3  # on an internal network only
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, query("one"))
        assert addresses(read_tcp(sock)) == ["10.1.0.2"]


def test_another_network_is_refused(a, b, server):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        try:
            with b.socket(kind, to=a.server) as sock:
                sock.send(query("one"))
                sock.recv(512)
            raise AssertionError("answered")
        except ConnectionRefusedError:
            pass


def test_foreign_sources_are_not_answered(a, b, server):
    run(*a.inside, "address", "add", "10.9.0.9/32", "dev", a.link)
    run("ip", "route", "add", "10.9.0.9/32", "dev", "va")
    with a.socket(socket.SOCK_DGRAM, source="10.9.0.9") as sock:
        sock.send(query("one"))
        sock.send(b"\x12")
        ask(a, "one")  # has come back: so would have the others
        assert not select.select([sock], [], [], 0)[0]


def test_many_at_once_are_all_answered(a, b, server):
    with a.socket(socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for number in range(200):
            sock.send(query("one", number=number))
        assert sorted(struct.unpack(">H", sock.recv(512)[:2])[0] for _ in range(200)) == list(range(200))


def test_truncation_leads_to_tcp(a, b, server):
    reply = ask(a, "all.many")
    assert reply[2] & 2 and len(reply) <= 512
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, query("all.many"))
        reply = read_tcp(sock)
        assert not reply[2] & 2 and len(addresses(reply)) == 199
    assert len(addresses(ask(a, "many"))) == 16


def test_tcp_keeps_a_connection(a, b, server):
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, *(query("one", number=n) for n in range(50)))
        assert [struct.unpack(">H", read_tcp(sock)[:2])[0] for _ in range(50)] == list(range(50))
        half = struct.pack(">H", len(query("one"))) + query("one")
        for byte in half:
            sock.send(bytes([byte]))
        assert addresses(read_tcp(sock)) == ["10.1.0.2"]


def test_tcp_nonsense_ends_only_its_connection(a, b, server):
    with a.socket(socket.SOCK_STREAM) as bystander:
        for nonsense in (b"\0\0", b"\0\2xx", b"\xff\xff", struct.pack(">H", 12) + b"\x12\x34\x81" + bytes(9)):
            with a.socket(socket.SOCK_STREAM) as sock:
                sock.sendall(nonsense)
                assert is_closed(sock), nonsense
        with a.socket(socket.SOCK_STREAM) as sock:  # leaves while it is answered
            send_tcp(sock, *[query("all.many")] * 40)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        send_tcp(bystander, query("one"))
        assert addresses(read_tcp(bystander)) == ["10.1.0.2"]


def test_tcp_who_dawdles_is_put_out(a, b, server):
    began = time.monotonic()
    with a.socket(socket.SOCK_STREAM) as silent, a.socket(socket.SOCK_STREAM) as slow:
        slow.send(b"\0")
        assert addresses(ask(a, "one")) == ["10.1.0.2"]
        assert is_closed(slow) and is_closed(silent)
    assert 2.5 < time.monotonic() - began < 6


def test_tcp_one_client_cannot_take_all(a, b, server):
    taken = [a.socket(socket.SOCK_STREAM) for _ in range(16)]
    for sock in taken:
        send_tcp(sock, query("one"))
        read_tcp(sock)
    with a.socket(socket.SOCK_STREAM) as sock:
        assert is_closed(sock)
    with b.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, query("two"))
        assert addresses(read_tcp(sock)) == ["10.2.0.2"]
    for sock in taken:
        sock.close()


def test_tcp_the_one_that_was_idle_longest_goes(a, b, server):
    socks = []
    for last in range(20, 37):  # 17 clients with 16 connections: 272, of which 256 may be there
        run(*a.inside, "address", "replace", f"10.1.0.{last}/24", "dev", a.link)
        for _ in range(16):
            socks.append(a.socket(socket.SOCK_STREAM, source=f"10.1.0.{last}"))
            send_tcp(socks[-1], query("one"))
            assert addresses(read_tcp(socks[-1])) == ["10.1.0.2"]
    assert select.select(socks, [], [], 0)[0] == socks[:16]
    assert is_closed(socks[0])
    for sock in socks:
        sock.close()


def test_longer_queries_than_anybody_sends_are_not_read(a, b, server):
    whole = query("one") + bytes(4096 - len(query("one")))
    with a.socket(socket.SOCK_DGRAM) as sock:
        sock.send(whole)
        assert addresses(sock.recv(512)) == ["10.1.0.2"]
        sock.send(whole + bytes(20000))  # what is behind a message does not count, and is cut
        assert addresses(sock.recv(512)) == ["10.1.0.2"]
    with a.socket(socket.SOCK_STREAM) as sock:
        send_tcp(sock, whole)
        assert addresses(read_tcp(sock)) == ["10.1.0.2"]
        send_tcp(sock, whole + b"\0")
        assert is_closed(sock)


def test_kdig_understands_all(a, b, server):
    assert "status: NXDOMAIN" in a.dig("nosuch.p.davit.internal")
    assert "davit.internal.     \t1\tIN\tSOA" in a.dig("one.a.p.davit.internal", "MX")
    assert "status: NOERROR" in a.dig("many.a.p.davit.internal", "+bufsize=4096", "+cookie=0123456789abcdef")
    assert "COOKIE: 0123456789ABCDEF" in a.dig("one", "+cookie=0123456789abcdef")
    assert "\"service=one\" \"project=p\" \"running=1\" \"ready=1\"" in a.dig("one", "TXT", "+tcp")
    assert "status: REFUSED" in a.dig("web", "CH", "A")


def test_the_zone_is_swapped_whole(a, b, server):
    with a.socket(socket.SOCK_DGRAM) as kept:
        server.swap(zone(container(2, "one", "a", "10.1.0.3")))
        kept.send(query("one"))
        assert addresses(kept.recv(512)) == ["10.1.0.2", "10.1.0.3"]
        server.swap("{\"networks\": 1}")
        assert any("not a zone" in line for line in server.seen)
        kept.send(query("one"))
        assert addresses(kept.recv(512)) == ["10.1.0.2", "10.1.0.3"]


def test_listeners_come_and_go_with_their_networks(a, b, server):
    server.swap(zone(networks="a"))
    try:
        ask(b, "two")
        raise AssertionError("answered")
    except (ConnectionRefusedError, TimeoutError):
        pass  # the kernel says that nobody listens, unless it has said so too often lately
    server.swap(zone())
    assert addresses(ask(b, "two")) == ["10.2.0.2"]


def test_the_host_is_answered_on_loopback(_a, _b, server):
    server.swap({**zone(), "listen": ["127.0.0.55"]})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(WAIT_S)
        sock.connect(("127.0.0.55", 53))
        for name, address in (("one.a.p.davit.internal", "10.1.0.2"), ("two.b.p.davit.internal", "10.2.0.2")):
            sock.send(query(name))
            assert addresses(sock.recv(512)) == [address]
    bound = "3700007F:0035"
    assert bound in pathlib.Path("/proc/net/udp").read_text() and bound in pathlib.Path("/proc/net/tcp").read_text()
    server.swap(zone())
    end = time.monotonic() + WAIT_S  # sockets go when the loop has turned once more
    while bound in pathlib.Path("/proc/net/udp").read_text():
        assert time.monotonic() < end


def test_a_port_that_is_taken_is_said(a, b, server):
    second = subprocess.run(server.command(), stderr=subprocess.PIPE, text=True,
                            check=False)
    assert second.returncode == 1 and "Address already in use" in second.stderr, second.stderr


def run_tests(tests, clients, server):
    for name, test in list(tests.items()):
        if name.startswith("test_"):
            print(name, flush=True)
            test(*clients, server)


def main(script, tests, server_class=Server):
    if len(sys.argv) == 2:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, script, sys.argv[1], "inside"])
    run("ip", "link", "set", "lo", "up")
    clients = [Client("a", 1), Client("b", 2)]
    with tempfile.TemporaryDirectory() as directory:
        server = server_class(os.path.abspath(sys.argv[1]), pathlib.Path(directory))
        server.write(zone())
        server.start()
        try:
            run_tests(tests, clients, server)
            server.stop()
        finally:
            server.running.kill()
    for client in clients:
        client.holder.stdin.close()
        client.holder.wait()


if __name__ == "__main__":
    main(__file__, globals())
