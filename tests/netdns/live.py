#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""davit-netdns serve beside an engine that the test plays, and its control socket. usage: live.py PROGRAM"""
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

import serve
from engine import Engine, full_id
from serve import Client, addresses, ask, rcode, run

WAIT_S = 10
STALE = b"\0\x0f\0\x02\0\x03"  # the extended error of RFC 8914


class Control:
    """A connection to the control socket."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(WAIT_S)
        self.sock.connect(str(path))
        self.file = self.sock.makefile("rb")

    def send(self, **request):
        self.sock.sendall(json.dumps(request).encode() + b"\n")

    def read(self):
        return json.loads(self.file.readline())

    def ask(self, **request):
        self.send(**request)
        return self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.sock.close()


class Resident:
    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.socket, self.control = directory / "engine.sock", directory / "run" / "netdns" / "control.sock"
        self.engine = Engine(str(self.socket))
        self.resolv = directory / "resolv.conf"
        self.resolv.write_text("# nobody to ask\n")
        self.running, self.started, self.seen = None, [], []

    def command(self, *more):
        return [self.program, "serve", "--engine", f"unix://{self.socket}", "--control", self.control,
                "--resolv", self.resolv, *more]

    def start(self):
        self.running = subprocess.Popen(self.command(), stderr=subprocess.PIPE, text=True)
        self.started.append(self.running)
        self.until_said("the engine is heard")

    def until_said(self, word):
        for line in self.running.stderr:
            self.seen.append(line)
            if word in line:
                return
        raise AssertionError(f"no {word!r} in: {''.join(self.seen)}")

    def stop(self):
        self.running.terminate()
        rest = self.running.stderr.read()
        assert self.running.wait() == 0, rest

    def ask(self, **request):
        with Control(self.control) as control:
            return control.ask(**request)

    def ready(self, network):
        answer = self.ask(do="ready", network=network)
        assert answer["ok"], answer
        return answer

    def status(self, network):
        return {n["name"]: n for n in self.ask(do="status")["networks"]}.get(network)

    def answer(self, name, **more):
        return self.ask(do="query", name=name, **more).get("answer", "")


def until(what, wait=WAIT_S):
    """Asks again until it is so. What is asked takes its time itself: nothing sleeps."""
    end = time.monotonic() + wait
    while not what():
        assert time.monotonic() < end, "still not so"


def until_answered(client, name, *wanted):
    until(lambda: addresses(ask(client, name)) == list(wanted))


def web(number, **more):
    return {"name": f"web-{number}", "service": "web", "networks": {"a": f"10.1.0.{number + 10}"}, **more}


def test_what_is_there_at_the_start_is_known(a, b, resident):
    assert resident.ready("a")["addresses"] == ["10.1.0.1"]
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]
    assert resident.status("a")["mode"] == "authoritative"
    assert resident.status("b") is None
    try:
        ask(b, "web")
        raise AssertionError("answered")
    except (ConnectionRefusedError, TimeoutError):
        pass


def test_only_what_matters_is_asked_for(a, b, resident):
    events = [path for path in resident.engine.asked if path.startswith("/events")]
    assert len(events) == 1 and "since=" in events[0] and "health_status" in events[0], events
    assert not [path for path in resident.engine.asked if not path.startswith(
        ("/events", "/networks", "/containers/"))]


def test_a_container_starts_and_dies(a, b, resident):
    resident.engine.container(**web(3))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    resident.engine.set_state("web-3", "exited", "die")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")
    assert "state=exited" in resident.answer("3.web.a.p.davit.internal", type="TXT")
    resident.engine.set_state("web-3", "running", "start")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    resident.engine.remove("web-3")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")
    until(lambda: "NXDOMAIN" in resident.answer("3.web.a.p.davit.internal"))


def test_health_pause_and_rename(a, b, resident):
    resident.engine.set_health("web-1", "unhealthy")
    until_answered(a, "web", "10.1.0.12")
    resident.engine.set_health("web-1", "healthy")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")
    resident.engine.set_state("web-1", "paused", "pause")
    until_answered(a, "web", "10.1.0.12")
    resident.engine.set_state("web-1", "running", "unpause")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")
    resident.engine.get("web-1")["Name"] = "/another"
    resident.engine.event("container", "rename", full_id("web-1"), name="another", oldName="/web-1")
    until_answered(a, "another", "10.1.0.11")
    assert rcode(ask(a, "web-1")) == 5  # not ours any more, and there is nobody to ask
    resident.engine.get("web-1")["Name"] = "/web-1"
    resident.engine.event("container", "rename", full_id("web-1"))
    until_answered(a, "web-1", "10.1.0.11")


def test_the_first_kill_drains(a, b, resident):
    kill = {"kind": "container", "action": "kill", "key": full_id("web-1")}
    resident.engine.event(**kill, signal="1")  # reloads it
    resident.engine.event(**kill, signal="15")  # not its stop signal
    resident.engine.container(**web(3))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    resident.engine.event(**kill, signal="3")  # the engine still says: running
    until_answered(a, "web", "10.1.0.12", "10.1.0.13")
    resident.engine.event("container", "start", full_id("web-1"))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    resident.engine.event(**kill, signal="9")
    until_answered(a, "web", "10.1.0.12", "10.1.0.13")
    resident.engine.event("container", "die", full_id("web-1"))
    resident.engine.event("container", "start", full_id("web-1"))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    resident.engine.remove("web-3")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def test_a_drain_is_live_when_it_is_answered(a, b, resident):
    answer = resident.ask(do="drain", containers=["web-1", full_id("web-1")[:12], "nobody"])
    assert answer == {"ok": True, "wait_s": 7, "unknown": ["nobody"]}, answer
    assert addresses(ask(a, "web")) == ["10.1.0.12"]
    resident.engine.set_state("web-1", "exited", "die")
    resident.engine.set_state("web-1", "running", "start")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def test_old_news_do_not_count(a, b, resident):
    """An inspect that was answered before an event, and comes after it, is asked for again."""
    path = f"/containers/{full_id('web-1')}/json"
    resident.engine.hold(path)
    resident.engine.event("container", "start", full_id("web-1"))
    made = resident.engine.held[path]
    assert made.acquire(timeout=WAIT_S)
    resident.engine.set_state("web-1", "exited", "die")
    until_answered(a, "web", "10.1.0.12")
    serial = resident.ask(do="status")["serial"]
    resident.engine.give(path)
    until(lambda: resident.ask(do="status")["serial"] > serial)
    assert addresses(ask(a, "web")) == ["10.1.0.12"]
    resident.engine.set_state("web-1", "running", "start")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def test_networks_are_joined_and_left(a, b, resident):
    places = resident.engine.get("web-1")["NetworkSettings"]["Networks"]
    resident.engine.container("db-1", "db", {"b": ("10.2.0.20", ["*.files"])}, dns={"networks": {"b": "assist"}})
    assert resident.ready(full_id("b"))["addresses"] == ["10.2.0.1"]
    until_answered(b, "x.files", "10.2.0.20")
    places["b"] = {"IPAddress": "10.2.0.11"}
    resident.engine.event("network", "connect", full_id("b"), container=full_id("web-1"))
    until_answered(b, "web", "10.2.0.11")
    del places["b"]
    resident.engine.event("network", "disconnect", full_id("b"), container=full_id("web-1"))
    until(lambda: rcode(ask(b, "web")) == 5)
    resident.engine.remove("db-1")
    until(lambda: resident.status("b") is None)


def test_a_network_made_by_hand_joins(a, b, resident):
    resident.engine.remove_network("b")
    resident.engine.network("b", mode="direct", bridge="vb")
    assert resident.ready("b")["addresses"] == ["10.2.0.1"]
    assert resident.status("b")["mode"] == "direct"
    assert rcode(ask(b, "nosuch.davit.internal")) == 3
    resident.engine.remove_network("b")
    until(lambda: resident.status("b") is None)
    assert resident.ask(do="status")["ok"]
    resident.engine.network("b", bridge="vb")


def test_listeners_follow_the_addresses(a, b, resident):
    run("ip", "address", "add", "10.1.5.1/24", "dev", "va")
    until(lambda: resident.status("a")["addresses"] in (["10.1.0.1", "10.1.5.1"], ["10.1.5.1", "10.1.0.1"]))
    run("ip", "address", "del", "10.1.5.1/24", "dev", "va")
    until(lambda: resident.status("a")["addresses"] == ["10.1.0.1"])
    run("ip", "address", "add", "fd00:1::1/64", "dev", "va", "nodad")
    until(lambda: "fd00:1::1" in resident.status("a")["addresses"])
    run("ip", "address", "del", "fd00:1::1/64", "dev", "va")
    until(lambda: "fd00:1::1" not in resident.status("a")["addresses"])


def test_an_interface_of_the_same_name_takes_its_place(a, b, resident):
    run("ip", "link", "add", "bridge0", "type", "bridge")
    run("ip", "address", "add", "10.9.0.1/24", "dev", "bridge0")
    run("ip", "link", "set", "bridge0", "up")
    resident.engine.network("c", mode="assist", bridge="bridge0")
    assert resident.ready("c") == {"ok": True, "addresses": ["10.9.0.1"]}, resident.status("c")
    batch = "link del bridge0\nlink add bridge0 type bridge\naddress add 10.9.0.1/24 dev bridge0\nlink set bridge0 up\n"
    for _ in range(5):
        subprocess.run(["ip", "-batch", "-"], input=batch, text=True, check=True)
        until(lambda: resident.status("c")["addresses"] == ["10.9.0.1"])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(WAIT_S)
            sock.connect(("10.9.0.1", 53))
            until(lambda: is_answered(sock))
    run("ip", "link", "del", "bridge0")
    until(lambda: "no address" in resident.status("c").get("error", ""))
    resident.engine.remove_network("c")


def is_answered(sock):
    try:
        sock.send(serve.query("web.a.p.davit.internal"))
        return addresses(sock.recv(512)) == ["10.1.0.11", "10.1.0.12"]
    except ConnectionRefusedError:
        return False


def test_why_a_network_is_not_ready_is_said(a, b, resident):
    resident.engine.network("far", driver="macvlan", mode="assist")
    answer = resident.ask(do="ready", network="far")
    assert not answer["ok"] and "no bridge on this host" in answer["error"], answer
    resident.engine.remove_network("far")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        run("ip", "address", "add", "10.8.0.1/24", "dev", "vb")
        squatter.bind(("10.8.0.1", 53))
        resident.engine.network("taken", mode="assist", bridge="vb")
        answer = resident.ask(do="ready", network="taken")
        assert not answer["ok"] and "Address already in use" in answer["error"], answer
        assert "Address already in use" in resident.status("taken")["error"]
    resident.engine.event("container", "start", full_id("web-1"))  # whatever happens has it tried again
    until(lambda: "10.8.0.1" in resident.status("taken")["addresses"])
    run("ip", "address", "del", "10.8.0.1/24", "dev", "vb")
    resident.engine.remove_network("taken")
    until(lambda: resident.status("taken") is None)
    answer = resident.ask(do="ready", network="nosuch")
    assert not answer["ok"] and "not managed, or does not exist" in answer["error"], answer


def test_who_waits_is_answered_as_soon_as_it_is_so(a, b, resident):
    with Control(resident.control) as early, Control(resident.control) as late:
        early.send(do="ready", network="soon")
        late.send(do="ready", network=full_id("soon"))
        until(lambda: resident.ask(do="status")["ok"])
        resident.engine.network("soon", mode="assist", bridge="vb")
        assert early.read() == late.read() == {"ok": True, "addresses": ["10.2.0.1"]}
    resident.engine.remove_network("soon")


def test_the_last_zone_is_served_while_the_engine_is_away(a, b, resident):
    resident.engine.go_away()
    until(lambda: not resident.ask(do="status")["engine"]["connected"])
    until(lambda: STALE in ask_edns(a, "web"))
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]
    resident.engine.container(**web(4))
    del resident.engine.containers[full_id("web-2")]
    resident.engine.asked.clear()
    nano = resident.engine.last_nano
    resident.engine.start()
    until_answered(a, "web", "10.1.0.11", "10.1.0.14")
    assert STALE not in ask_edns(a, "web")
    since = [path for path in resident.engine.asked if path.startswith("/events")][-1]
    assert "since=" in since and int(since.split("since=")[1].split("&")[0].replace(".", "")) <= nano
    resident.engine.remove("web-4")
    resident.engine.container(**web(2))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def ask_edns(client, name):
    with client.socket(socket.SOCK_DGRAM) as sock:
        message = bytearray(serve.query(name)) + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
        message[11] = 1
        sock.send(message)
        return sock.recv(4096)


def test_nonsense_from_the_engine_is_survived(a, b, resident):
    for nonsense in (b"{}\n", b"null\n", b'{"Type":"container","Action":"die","Actor":{"ID":"../x"}}\n'):
        resident.engine.send(nonsense)
    resident.engine.container(**web(3))
    until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    for nonsense in (b"nonsense\n", b"x" * (1 << 20) + b"y" * 10):  # ends the connection; the next one is made
        resident.engine.asked.clear()
        resident.engine.send(nonsense)
        until(lambda: any(path.startswith("/containers/json") for path in resident.engine.asked))
        until(lambda: resident.ask(do="status")["engine"]["connected"])
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12", "10.1.0.13"]
    path = f"/containers/{full_id('web-3')}/json"
    for odd in ((500, {"message": "dead"}), (200, b"[]"), (200, b"not JSON"), (200, {"Id": "x"}), (200, b" " * (9 << 20))):
        resident.engine.odd[path] = odd
        resident.engine.event("container", "rename", full_id("web-3"))
        resident.engine.set_health("web-2", "unhealthy")
        until_answered(a, "web", "10.1.0.11", "10.1.0.13")
        resident.engine.set_health("web-2", "healthy")
        until_answered(a, "web", "10.1.0.11", "10.1.0.12", "10.1.0.13")
    del resident.engine.odd[path]
    resident.engine.remove("web-3")
    until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def test_a_long_list_is_read_whole(a, b, resident):
    """Longer than the pipe that it comes through."""
    ids = [f"{number:064x}" for number in range(1, 300)]
    resident.engine.odd["/containers/json"] = (200, [{"Id": full_id("web-1")}, {"Id": full_id("web-2")}] +
                                               [{"Id": one, "Labels": {"x": "y" * 9999}} for one in ids])
    resident.engine.asked.clear()
    resident.engine.cut()
    until(lambda: f"/containers/{ids[-1]}/json" in resident.engine.asked)
    del resident.engine.odd["/containers/json"]
    until(lambda: resident.ask(do="status")["engine"]["connected"])
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]


def test_the_control_socket_is_ours_alone_and_hard_to_hurt(a, b, resident):
    assert stat.S_IMODE(os.stat(resident.control).st_mode) == 0o600
    with Control(resident.control) as control:
        for line in (b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"do": 1}\n', b'{"do": "drain"}\n',
                     b'{"do": "drain", "containers": {}}\n', b'{"do": "ready"}\n', b'{"do": "query"}\n',
                     b'{"do": "query", "name": "a..b"}\n', b'{"do": "query", "name": "a", "type": "X"}\n',
                     b'{"do": "query", "name": "a", "from": "nobody"}\n',
                     b'{"do": "query", "name": "a", "from": "192.0.2.1"}\n', b"[" * 5000 + b"\n"):
            control.sock.sendall(line)
            answer = control.read()
            assert not answer["ok"] and answer["error"], (line, answer)
        assert control.ask(do="drain", containers=[None, {}, 7])["unknown"] == [None, None, None]
        control.sock.sendall(b'{"do":"status"}\n{"do":"nosuch"}\n{"do":"sta')
        assert control.read()["ok"] and not control.read()["ok"]
        control.sock.sendall(b'tus"}\n')
        assert control.read()["ok"]
    with Control(resident.control) as control:
        try:
            control.sock.sendall(b"x" * (1 << 17))
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert serve.is_closed(control.sock)
    taken = [Control(resident.control) for _ in range(16)]
    for control in taken:
        assert control.ask(do="status")["ok"]
    with Control(resident.control) as control:
        assert serve.is_closed(control.sock)
    for control in taken:
        control.__exit__()
    until(lambda: is_let_in(resident))


def is_let_in(resident):
    try:
        return resident.ask(do="status")["ok"]
    except (ConnectionError, json.JSONDecodeError):
        return False  # the server has not heard yet that the others have left


def test_the_dump_is_a_zone_file(a, b, resident):
    zone = resident.ask(do="dump")["zone"]
    assert [c["name"] for c in zone["containers"]] == ["web-1", "web-2"], zone
    (resident.directory / "zone.json").write_text(json.dumps(zone))
    other = resident.directory / "other.sock"
    # Its port is another, and so are its listeners.
    with subprocess.Popen([resident.program, "serve", "--zone", resident.directory / "zone.json", "--control", other,
                           "--resolv", resident.resolv, "--port", "5353"], stderr=subprocess.PIPE, text=True) as second:
        assert "serving" in second.stderr.readline()
        with Control(other) as control:
            assert control.ask(do="dump")["zone"] == zone
            assert control.ask(do="query", name="web", type="SRV")["ok"]
            assert not control.ask(do="drain", containers=[])["ok"]
            assert control.ask(do="ready", network="a")["addresses"] == ["10.1.0.1"]
            assert not control.ask(do="ready", network="z")["ok"]
            assert control.ask(do="stop")["ok"]
        assert second.wait() == 0
    assert not other.exists()


def test_queries_as_somebody_would_get_them(a, b, resident):
    for asker in ("web-1", full_id("web-1"), full_id("web-1")[:12], "10.1.0.11"):
        assert ";; NOERROR" in resident.answer("WEB", **{"from": asker}), asker
    assert resident.ask(do="query", name="example.org") == {"ok": True, "forwarded": True}
    assert "davit.internal. 60 IN NS netdns.davit.internal." in resident.answer("davit.internal", type="NS")


class Asking:
    """Somebody who asks all the time, each question once, and counts the answers that do not come."""

    def __init__(self, client, name):
        self.client, self.name, self.going, self.answered, self.lost = client, name, True, 0, 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with self.client.socket(socket.SOCK_DGRAM, wait=2) as sock:
            while self.going:
                self.ask_once(sock)

    def ask_once(self, sock):
        sock.send(serve.query(self.name))
        try:
            reply = sock.recv(4096)  # who asks this fast is told to come by TCP, and that is an answer too
            self.answered += bool(addresses(reply) or reply[2] & 2)
        except (TimeoutError, ConnectionRefusedError):
            self.lost += 1

    def stop(self):
        self.going = False
        self.thread.join()


def test_a_new_one_takes_over_without_a_lost_query(a, b, resident):
    asking = [Asking(a, "web") for _ in range(4)]
    try:
        take_over_three_times(asking, resident)
    finally:
        for one in asking:
            one.stop()
    assert not sum(one.lost for one in asking), [one.lost for one in asking]
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]
    with a.socket(socket.SOCK_STREAM) as sock:
        serve.send_tcp(sock, serve.query("web"))
        assert addresses(serve.read_tcp(sock)) == ["10.1.0.11", "10.1.0.12"]


def take_over_three_times(asking, resident):
    for _ in range(3):
        old = resident.running
        resident.start()
        until(lambda: resident.ask(do="status")["pid"] == resident.running.pid)
        assert resident.status("a")["addresses"] == ["10.1.0.1"]
        before = sum(one.answered for one in asking)
        until(lambda: sum(one.answered for one in asking) > before + 100)
        old.terminate()
        assert "another one has taken over" in old.stderr.read()
        assert old.wait(WAIT_S) == 0
        assert resident.control.exists()


def test_the_one_before_lets_go_of_everything(a, b, resident):
    old = resident.running
    resident.start()
    until(lambda: resident.ask(do="status")["pid"] == resident.running.pid)
    until(lambda: not sockets_of(old.pid))  # after the four seconds that it waits for others' replies
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]
    old.send_signal(signal.SIGHUP)
    old.terminate()
    assert "another one has taken over" in old.stderr.read() and old.wait(WAIT_S) == 0


def parts_of(pid):
    """The processes of one davit-netdns by their roles."""
    parts = {"priv": pid}
    for path in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        words = pathlib.Path(f"/proc/{path}/cmdline").read_bytes().split(b"\0")
        parts[words[2].decode()] = int(path)
    return parts


def held(pid):
    things = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            things[number] = os.readlink(f"/proc/{pid}/fd/{number}")
        except FileNotFoundError:
            pass  # closed by now
    return things


def sockets_of(pid):
    """Of the internet: those by which the roles talk to each other stay."""
    ours = {what for part in parts_of(pid).values() for what in held(part).values()}
    rows = [line.split() for name in ("udp", "tcp")
            for line in pathlib.Path(f"/proc/{pid}/net/{name}").read_text(encoding="ascii").splitlines()[1:]]
    return [row for row in rows if f"socket:[{row[9]}]" in ours]


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: line.split(":")[1].strip() for line in lines}


def in_root(pid):
    try:
        return os.listdir(f"/proc/{pid}/root/")
    except ProcessLookupError:
        return []


def test_who_reads_what_others_write_is_confined(a, b, resident):
    parts = parts_of(resident.running.pid)
    assert sorted(parts) == ["dns", "fwd", "priv", "watch"], parts
    for role in ("dns", "fwd", "watch"):
        status = status_of(parts[role])
        wanted = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, "CapAmb": "0" * 16}
        assert {key: status[key] for key in wanted} == wanted, (role, status)
        # The directory of a process that has ended, which says so when it is listed.
        assert not in_root(parts[role]) and not os.path.exists(f"/proc/{parts[role]}/root/proc"), role
    assert in_root(parts["priv"])


def test_who_reads_packets_holds_nothing_but_sockets(a, b, resident):
    for role in ("dns", "fwd"):
        things = held(parts_of(resident.running.pid)[role])
        assert things.pop("2").startswith("pipe:")  # where errors go
        values = list(things.values())  # libuv wakes itself by pipes, of which it has both ends
        assert all(thing.startswith(("socket:", "anon_inode:[event")) or
                   (thing.startswith("pipe:") and values.count(thing) == 2) for thing in values), (role, things)


def peers(pid):
    """Where the named sockets are that a process is connected to; ss sees them from the other end."""
    rows = subprocess.run(["ss", "-Hxp"], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    by_inode = {row.split()[5]: row.split()[4] for row in rows}
    return {by_inode.get(row.split()[7]) for row in rows if f"pid={pid}," in row}


def test_only_priv_is_connected_to_the_engine(a, b, resident):
    parts = parts_of(resident.running.pid)
    assert str(resident.socket) in peers(parts["priv"])
    for role in ("dns", "fwd", "watch"):
        assert str(resident.socket) not in peers(parts[role]), role


def test_with_one_part_all_end_and_say_so(a, b, resident):
    for role in ("dns", "fwd", "watch"):
        parts = parts_of(resident.running.pid)
        os.kill(parts[role], signal.SIGKILL)
        rest = resident.running.stderr.read()  # until all have let go of it
        assert f'its part "{role}" ended by signal 9' in rest, rest
        assert resident.running.wait(WAIT_S) == 1
        resident.start()
        resident.ready("a")
        until_answered(a, "web", "10.1.0.11", "10.1.0.12")


def test_nobody_stays_behind_when_priv_is_killed(a, b, resident):
    parts = parts_of(resident.running.pid)
    os.kill(parts["priv"], signal.SIGKILL)
    resident.running.stderr.read()  # until all have let go of it
    assert resident.running.wait(WAIT_S) == -signal.SIGKILL
    until(lambda: not any(os.path.exists(f"/proc/{pid}/fd") and held(pid) for pid in parts.values()))
    resident.start()
    resident.ready("a")
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]


def test_who_does_not_hand_over_is_left_alone(a, b, resident):
    path = resident.directory / "deaf.sock"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        command = [word if word != resident.control else path for word in resident.command()]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as second:
            talk, _ = deaf.accept()
            with talk:
                assert b"hand over" in talk.recv(512)
                talk.sendall(b'{"ok":false,"error":"do: not known"}\n')
                assert "it does not hand over" in second.stderr.read()
            assert second.wait() == 1


def test_counters_count(a, b, resident):
    before = resident.ask(do="status")["counters"]
    ask(a, "web")
    ask(a, "example.org")
    after = resident.ask(do="status")["counters"]
    assert after["udp"] == before["udp"] + 2 and after["forwarded"] == before["forwarded"] + 1, (before, after)


def test_stop_ends_it(a, b, resident):
    assert resident.ask(do="stop") == {"ok": True}
    assert resident.running.wait(WAIT_S) == 0
    assert not resident.control.exists()
    resident.start()
    resident.ready("a")
    assert addresses(ask(a, "web")) == ["10.1.0.11", "10.1.0.12"]


def run_all(tests, clients, resident):
    """The tests of a script, and then the end of all that was begun for them."""
    try:
        serve.run_tests(tests, clients, resident)
        resident.stop()
    finally:
        for process in resident.started:
            process.kill()
        for client in clients:
            client.holder.stdin.close()
            client.holder.wait()


def main():
    if len(sys.argv) == 2:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, __file__, sys.argv[1], "inside"])
    run("ip", "link", "set", "lo", "up")
    clients = [Client("a", 1), Client("b", 2)]
    with tempfile.TemporaryDirectory() as directory:
        resident = Resident(os.path.abspath(sys.argv[1]), pathlib.Path(directory))
        resident.engine.network("a", bridge="va", tell=False)
        resident.engine.network("b", bridge="vb", tell=False)
        resident.engine.container(**web(1, dns={"ttl": 7, "networks": {"a": "authoritative"}}, signal="SIGQUIT", tell=False))
        resident.engine.container(**web(2, tell=False))
        resident.engine.start()
        resident.start()
        run_all(globals(), clients, resident)


if __name__ == "__main__":
    main()
