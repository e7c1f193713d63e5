#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What users of other name servers for containers have run into, sentence by sentence. usage: acceptance.py PROGRAM

davit-netdns beside an engine that the test plays and upstreams that it plays, asked from a network of its own: as containers ask
in direct mode, where no engine is in between.
"""
import contextlib
import os
import pathlib
import select
import socket
import struct
import sys
import tempfile
import threading
import time

import forward
import serve
from engine import full_id
from live import Resident, run_all, until, until_answered
from serve import addresses, ask, query, rcode

PARALLEL = 5000
SOCKETS = 500
UNKNOWN_TYPES = (1, 2, 5, 6, 12, 15, 16, 28, 33, 64, 65, 255, 257, 731)


def typed(name, kind):
    return query(name)[:-4] + struct.pack(">2H", kind, 1)


def ask_typed(client, name, kind):
    with client.socket(socket.SOCK_DGRAM) as sock:
        sock.send(typed(name, kind))
        return sock.recv(4096)


def web(number, address=None, **more):
    return {"name": f"web-{number}", "service": "web", "networks": {"a": address or f"10.1.0.{number + 10}"}, **more}


def test_aaaa_of_who_has_ipv4_only_is_empty_and_no_error(a, b, resident):
    reply = ask_typed(a, "web", 28)
    assert rcode(reply) == 0 and struct.unpack(">H", reply[6:8])[0] == 0


def test_unknown_names_of_ours_do_not_exist_in_any_type_and_nobody_is_asked(a, b, resident):
    for kind in UNKNOWN_TYPES:
        for name in ("nosuch.p.davit.internal", "nosuch.davit.internal", "nosuch.a.p.davit.internal"):
            assert rcode(ask_typed(a, name, kind)) == 3, (name, kind)
            assert name not in resident.first.asked + resident.second.asked


def test_local_is_asked_for_as_companies_use_it(a, b, resident):
    assert addresses(ask(a, "printer.local")) == ["192.0.2.1"]


def test_times_to_live_are_short(a, b, resident):
    for name in ("web", "all.web", "1.web", "web-1"):
        reply = ask(a, name)
        at = len(query(name)) + 6
        assert addresses(reply) and struct.unpack(">I", reply[at:at + 4])[0] <= 5, name


def test_who_is_unhealthy_is_gone_within_a_second_and_all_are_there_if_all_are(a, b, resident):
    for health, wanted in (("unhealthy", ["10.1.0.12"]), ("healthy", ["10.1.0.11", "10.1.0.12"])):
        began = time.monotonic()
        resident.engine.set_health("web-1", health)
        until_answered(a, "web", *wanted)
        assert time.monotonic() - began < 1
    for number in (1, 2):
        resident.engine.set_health(f"web-{number}", "unhealthy")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")
    for number in (1, 2):
        resident.engine.set_health(f"web-{number}", "healthy")


def test_the_old_address_is_not_answered_after_a_recreate(a, b, resident):
    for round_ in range(5):
        old, new = f"10.1.3.{round_ + 1}", f"10.1.3.{round_ + 2}"
        resident.engine.container(**{**web(7, old), "service": "again"})
        until_answered(a, "again", old)
        resident.engine.set_state("web-7", "exited", "die")
        resident.engine.remove("web-7")
        until(lambda: not rcode(ask(a, "web")) and rcode(ask(a, "again.a.p.davit.internal")) == 3)
        resident.engine.container(**{**web(7, new), "service": "again"})
        seen = []
        while new not in seen:
            seen = addresses(ask(a, "again.a.p.davit.internal"))
            assert old not in seen
    resident.engine.remove("web-7")


def test_the_first_of_the_upstreams_is_dead(a, b, resident):
    began = time.monotonic()
    assert addresses(ask(a, "silent.accepted")) == ["192.0.2.1"]
    assert time.monotonic() - began < 1


def test_a_change_of_resolv_conf_is_seen_within_two_seconds(a, b, resident):
    began = time.monotonic()
    name_servers(resident, forward.SECOND)
    number = 0
    while not resident.second.count(f"n{number}.changed"):
        number += 1
        assert addresses(ask(a, f"n{number}.changed")) == ["192.0.2.1"]
    assert time.monotonic() - began < 2
    name_servers(resident, forward.FIRST, forward.SECOND)


def test_three_hundred_addresses(a, b, resident):
    for number in range(300):
        resident.engine.container(f"many-{number + 1}", "many", {"a": f"10.1.{4 + number // 200}.{1 + number % 200}"})
    until(lambda: resident.answer("all.many").count("10.1.") == 300)
    for name in ("all.many", "tasks.many"):
        assert ask(a, name)[2] & 2, "TC"
        with a.socket(socket.SOCK_STREAM) as sock:
            serve.send_tcp(sock, query(name))
            reply = serve.read_tcp(sock)
        assert not reply[2] & 2 and len(set(addresses(reply))) == 300
    reply = ask(a, "many")
    assert not reply[2] & 2 and len(addresses(reply)) == 16 and len(reply) <= 512


def test_five_thousand_queries_in_parallel(a, b, resident):
    """All are on their way before one answer is read; ids and sockets are those of as many clients."""
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(a.socket(socket.SOCK_DGRAM)) for _ in range(SOCKETS)]
        for number in range(PARALLEL):
            socks[number % SOCKETS].send(query(f"{number % 300 + 1}.many", number=number))
        missing = set(range(PARALLEL))
        by_fd = {sock.fileno(): sock for sock in socks}
        poll = select.epoll()
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        while missing:
            ready = poll.poll(serve.WAIT_S)
            assert ready, f"{len(missing)} are lost"
            for fd, _ in ready:
                reply = by_fd[fd].recv(512)
                number = struct.unpack(">H", reply[:2])[0]
                assert addresses(reply) == [f"10.1.{4 + number % 300 // 200}.{1 + number % 300 % 200}"], number
                missing.remove(number)


def test_no_query_is_lost_when_the_table_is_swapped(a, b, resident):
    serial, asked = resident.ask(do="status")["serial"], 0
    stop = threading.Event()

    def change():
        for number in range(100):
            resident.engine.set_state(f"many-{number + 1}", "exited" if number % 2 else "running", "die" if number % 2 else "start")
            resident.ask(do="status")
        stop.set()

    changing = threading.Thread(target=change)
    changing.start()
    with a.socket(socket.SOCK_DGRAM) as sock:
        while not stop.is_set():
            for number in range(20):
                sock.send(query("web", number=number))
            assert sorted(sock.recv(512)[1] for _ in range(20)) == list(range(20))
            asked += 20
    changing.join()
    assert asked > 100 and resident.ask(do="status")["serial"] > serial + 3


def test_ones_own_db_comes_before_that_of_others(a, b, resident):
    resident.engine.container("db-1", "db", {"a": "10.1.6.1"})
    resident.engine.container("foreign-db-1", "db", {"a": "10.1.6.2"}, tell=False)
    resident.engine.get("foreign-db-1")["Config"]["Labels"]["com.docker.compose.project"] = "q"
    resident.engine.event("container", "start", full_id("foreign-db-1"))
    until(lambda: "10.1.6.2" in resident.answer("db", **{"from": "foreign-db-1"}))
    for asker, own, other in (("web-1", "10.1.6.1", "10.1.6.2"), ("foreign-db-1", "10.1.6.2", "10.1.6.1")):
        said = resident.answer("db", **{"from": asker})
        assert own in said and other not in said, said


def processor_s(pid):
    stats = (pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split() for one in serve.family(pid))
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def test_half_a_query_and_a_reset_leave_the_processor_alone(a, b, resident):
    for _ in range(20):
        with a.socket(socket.SOCK_STREAM) as sock:
            sock.send(b"\0\x40half of it")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert addresses(ask(a, "web"))
    before = processor_s(resident.running.pid)
    # The pause is one that a silent connection is given: three seconds, in which nothing happens.
    with a.socket(socket.SOCK_STREAM) as silent:
        assert serve.is_closed(silent)
    assert processor_s(resident.running.pid) - before < 0.3


def name_servers(resident, *all_of_them):
    new = resident.resolv.with_suffix(".new")
    new.write_text("".join(f"nameserver {address}\n" for address in all_of_them))
    new.rename(resident.resolv)


def main():
    if len(sys.argv) == 2:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, __file__, sys.argv[1], "inside"])
    serve.run("ip", "link", "set", "lo", "up")
    clients = [serve.Client("a", 1), serve.Client("b", 2)]
    serve.run("ip", "address", "add", "10.1.7.1/16", "dev", "va")
    with tempfile.TemporaryDirectory() as directory:
        resident = Resident(os.path.abspath(sys.argv[1]), pathlib.Path(directory))
        resident.first, resident.second = forward.Upstream(forward.FIRST, 9), forward.Upstream(forward.SECOND, 10)
        name_servers(resident, forward.FIRST, forward.SECOND)
        resident.engine.network("a", bridge="va", tell=False)
        for number in (1, 2):
            resident.engine.container(**web(number, dns={"networks": {"a": "direct"}}, health="healthy", tell=False))
        resident.engine.start()
        resident.start()
        resident.ready("a")
        run_all(globals(), clients, resident)


if __name__ == "__main__":
    main()
