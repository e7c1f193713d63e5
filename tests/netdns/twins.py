#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The zone that davit-netdns dumps, written as files for knot and nsd: all three say the same. usage: twins.py PROGRAM

What a name has is made out of the dump by doc/dns.md, once more and record by record; what a question then gets (NXDOMAIN or
nothing, wildcards, CNAME and the SOA of what is not there) is what knot and nsd make of it. The host asks, as it sees everything.
"""
import contextlib
import ipaddress
import os
import pathlib
import random
import socket
import struct
import subprocess
import tempfile

import live
import serve

SEED = int(os.environ.get("TWINS_SEED", random.randrange(1 << 32)))
ZONES = 2
DOMAIN = "davit.internal"
PORTS = {"knot": 5401, "nsd": 5402}
TYPES = {"A": 1, "NS": 2, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "TYPE65400": 65400}
NAMED = {TYPES[kind]: skip for kind, skip in (("NS", 0), ("SOA", 0), ("PTR", 0), ("SRV", 6))}  # bytes before the name

KNOT = """
server:
  listen: 127.0.0.1@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  rundir: {dir}
log:
  - target: {dir}/knot.log
    any: info
database:
  storage: {dir}
template:
  - id: default
    zonefile-sync: -1
zone:
"""
NSD = """
server:
  ip-address: 127.0.0.1@{port}
  username: ""
  zonesdir: {dir}
  database: ""
  pidfile: {dir}/nsd.pid
  xfrdfile: {dir}/nsd.xfrd
  zonelistfile: {dir}/nsd.zones
  logfile: {dir}/nsd.log
  server-count: 1
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
"""


# ---- a zone

def random_container(dice, project, service, number, place):
    networks = ["a", "b"] if service == "both" else [{"p": "a", "q": "b"}[project]]
    return {
        "id": f"{place:012x}" + "0" * 52, "name": f"{project}-{service}-{number}", "project": project, "service": service, "number": number,
        "state": dice.choice(["running"] * 5 + ["paused", "exited"]), "health": dice.choice(["none", "healthy", "healthy", "unhealthy"]),
        "draining": dice.random() < 0.1, "strict": service == "strict", "ttl": {"web": 5, "db": 60}.get(service, 0),
        "ports": [{"target": 80, "protocol": "tcp", "name": "http", "app_protocol": "h2c"},
                  {"target": 53, "protocol": "udp"}] if service in ("web", "both") else [],
        "endpoints": [{"network": network, "ipv4": f"10.{1 + (network == 'b')}.0.{10 + place}", "ipv6": f"fd00:{network}::{10 + place:x}",
                       "aliases": {"web": ["www", "*.files"], "db": ["deep.down.here"]}.get(service, [])} for network in networks]}


def random_zone(dice):
    zone = serve.zone()
    for network, project, key in zip(zone["networks"], "pq", ("front", "back")):
        network.update(project=project, key=key, internal=False)
        network["addresses"].append(f"fd00:{network['name']}::1/64")
    services = [(project, service, number) for project in "pq" for service in ("web", "db", "strict", "both")
                for number in range(1, dice.randint(1, 4) + 1)]
    zone["containers"] = [random_container(dice, *who, place) for place, who in enumerate(services)]
    return zone


# ---- what its names have

def is_running(c):
    return c.get("state", "running") == "running"


def is_open(c):
    return is_running(c) and not c.get("draining")


def is_ready(c):
    return is_open(c) and c.get("health", "none") in ("none", "healthy")


def is_up(c):
    return c.get("state", "running") in ("running", "paused")


class Set:
    """A name of a project on one network."""

    def __init__(self, rule, whole=False):
        self.rule, self.whole, self.members = rule, whole, []

    def answered(self):
        some = [(c, e) for c, e in self.members if self.rule(c)]
        if self.rule is is_ready and not some and not any(c.get("strict") for c, _ in self.members):
            some = [(c, e) for c, e in self.members if is_open(c)]
        return some

    def ttl(self):
        return 1 if self.whole else min(c.get("ttl", 5) for c, _ in self.members)


class Zone:
    def __init__(self, dump):
        self.networks = {n["name"]: n for n in dump["networks"]}
        self.containers = dump["containers"]
        self.records = {}  # by name in lower case: (ttl, type, data as a zone's file has it)

    def add(self, name, ttl, kind, data):
        self.records.setdefault(name.lower(), set()).add((ttl, kind, data))

    def replica(self, c, e):
        network = self.networks[e["network"]]
        place = network["key"] if network.get("project") == c["project"] else network["name"]
        return f"{c['number']}.{c['service']}.{place}.{c['project']}.{DOMAIN}"

    def sets_on(self, network, project):
        sets = {}
        for c in self.containers:
            for e in c["endpoints"]:
                if e["network"] != network or c["project"] != project:
                    continue
                service = c["service"]
                for name, rule, whole in ((service, is_ready, False), (f"all.{service}", is_running, True),
                                          (f"tasks.{service}", is_running, True), (f"{c['number']}.{service}", is_running, False),
                                          (c["name"], is_up, False), (c["id"][:12], is_up, False),
                                          *((alias, is_ready, False) for alias in e.get("aliases", ()))):
                    sets.setdefault(name, Set(rule, whole)).members.append((c, e))
        return sets

    def texts(self, one):
        """As the service, or as the one container that it is about."""
        if one.rule is is_up or (one.rule is is_running and not one.whole):
            c = one.members[0][0]
            state = "draining" if c.get("draining") else c.get("state", "running")
            return [f"id={c['id'][:12]}", f"state={state}", f"health={c.get('health', 'none')}", f"index={c['number']}"]
        members = [c for c, _ in one.members]
        return [f"service={members[0]['service']}", f"project={members[0]['project']}",
                f"running={sum(map(is_running, members))}", f"ready={sum(map(is_ready, members))}"]

    def add_set(self, name, one):
        some = one.answered()
        for c, e in some:
            self.add(name, one.ttl(), "A", e["ipv4"])
            self.add(name, one.ttl(), "AAAA", e["ipv6"])
            for port in c.get("ports", ()) if not name.startswith("*") else ():
                for word in filter(None, (port.get("name"), port.get("app_protocol"), str(port["target"]))):
                    self.add(f"_{word}._{port.get('protocol', 'tcp')}.{name}", one.ttl(), "SRV", f"0 10 {port['target']} {self.replica(c, e)}.")
        self.add(name, 1, "TXT", " ".join(f'"{text}"' for text in self.texts(one)))

    def add_project(self, project):
        first = {}
        for network in sorted(self.networks):
            n = self.networks[network]
            for name, one in self.sets_on(network, project).items():
                for place in {n["name"], *([n["key"]] if n.get("project") == project else [])}:
                    self.add_set(f"{name}.{place}.{project}.{DOMAIN}", one)
                if name not in first or not first[name].answered():
                    first[name] = one if name not in first or one.answered() else first[name]
        for name, one in first.items():
            self.add_set(f"{name}.{project}.{DOMAIN}", one)

    def add_reverse(self):
        for c in self.containers:
            for e in c["endpoints"]:
                for address in (e["ipv4"], e["ipv6"]):
                    owner = ipaddress.ip_address(address).reverse_pointer
                    self.add(owner, 5, "PTR", f"{self.replica(c, e)}.")
                    self.add(owner, 5, "PTR", f"{c['name']}.{e['network']}.")
        for network in self.networks.values():
            for prefix in network["addresses"]:
                self.add(ipaddress.ip_interface(prefix).ip.reverse_pointer, 60, "PTR", f"netdns.{DOMAIN}.")
                self.add(f"netdns.{DOMAIN}", 60, "AAAA" if ":" in prefix else "A", prefix.split("/")[0])

    def origins(self):
        """The domain, and the whole octets or nibbles of the networks' prefixes."""
        yield DOMAIN
        for network in self.networks.values():
            for prefix in network["addresses"]:
                interface = ipaddress.ip_interface(prefix)
                step, labels = (8, 4) if interface.version == 4 else (4, 32)
                yield ".".join(interface.ip.reverse_pointer.split(".")[labels - interface.network.prefixlen // step:])

    def files(self, serial):
        """Text by origin."""
        for project in {c["project"] for c in self.containers}:
            self.add_project(project)
        self.add_reverse()
        self.add(f"dns-version.{DOMAIN}", 60, "TXT", '"1.0.0"')
        for origin in self.origins():
            head = [f"{origin}. 60 SOA netdns.{DOMAIN}. hostmaster.{DOMAIN}. {serial} 3600 600 86400 1", f"{origin}. 60 NS netdns.{DOMAIN}."]
            yield origin, "\n".join(head + [f"{name}. {ttl} {kind} {data}" for name, found in sorted(self.records.items())
                                            if name == origin or name.endswith("." + origin) for ttl, kind, data in sorted(found)]) + "\n"


# ---- replies

def read_name(message, at):
    labels, end = [], None
    while message[at]:
        if message[at] >= 0xc0:
            end = end or at + 2
            at = (message[at] & 63) << 8 | message[at + 1]
            continue
        labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
        at += message[at] + 1
    return ".".join(labels), end or at + 1


def read_data(message, kind, at, end):
    if kind not in NAMED:
        return message[at:end].hex()
    first, after = read_name(message, at + NAMED[kind])
    if kind != TYPES["SOA"]:
        return message[at:at + NAMED[kind]].hex() + first
    second, after = read_name(message, after)
    return f"{first} {second} {message[after:end].hex()}"


def read_reply(message):
    """The code, AA, the answers, and the SOA of a negative one; the rest is each server's own affair."""
    flags, _, answers, authorities = struct.unpack(">4H", message[2:10])
    at, sections = read_name(message, 12)[1] + 4, ([], [])
    for section, count in zip(sections, (answers, authorities)):
        for _ in range(count):
            owner, at = read_name(message, at)
            kind, _, ttl, length = struct.unpack(">2HIH", message[at:at + 10])
            section.append((owner, kind, ttl, read_data(message, kind, at + 10, at + 10 + length)))
            at += 10 + length
    negative = [] if sections[0] else sorted(row for row in sections[1] if row[1] == TYPES["SOA"])
    return flags & 15, bool(flags & 0x0400), bool(flags & 0x0200), sorted(sections[0]), negative


def ask(address, port, questions):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(serve.WAIT_S)
        sock.connect((address, port))
        for name, kind in questions:
            sock.send(serve.query(name)[:-4] + struct.pack(">2H", TYPES[kind], 1))
            yield sock.recv(4096)


@contextlib.contextmanager
def twins(zone, serial):
    """Both with the zone's files, on their ports."""
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        knot, nsd = (text.format(dir=home, port=PORTS[who]) for who, text in (("knot", KNOT), ("nsd", NSD)))
        for origin, text in zone.files(serial):
            (home / origin).write_text(text)
            knot += f"  - domain: {origin}\n    file: {home}/{origin}\n"
            nsd += f"zone:\n  name: {origin}\n  zonefile: {home}/{origin}\n"
        (home / "knot.conf").write_text(knot)
        (home / "nsd.conf").write_text(nsd)
        words = {"env": {"PATH": os.environ["PATH"] + ":/usr/sbin"}, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = [subprocess.Popen(["knotd", "-c", home / "knot.conf"], **words),
                   subprocess.Popen(["nsd", "-d", "-c", home / "nsd.conf"], **words)]
        try:
            for port in PORTS.values():
                live.until(lambda port=port: serves(port, zone))
            yield
        finally:
            for process in running:
                process.terminate()
                process.wait()


def serves(port, zone):
    """All of its zones."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        try:
            for origin in zone.origins():
                sock.send(serve.query(origin))
                if serve.rcode(sock.recv(4096)):
                    return False
        except (ConnectionRefusedError, TimeoutError):
            return False
        return True


def questions(zone, dice):
    names = sorted(zone.records)
    parents = {name.split(".", 1)[1] for name in names if name.endswith(DOMAIN)}
    for name in (*names, *(parents - set(names))):
        if name.startswith("*"):
            for label in ("x", "x.y", "all", "_http._tcp"):
                yield name.replace("*", label, 1), "A"
            name = name.replace("*", "z", 1)
        for kind in ("A", "AAAA", "TXT", "SRV", "MX", "PTR", "TYPE65400"):
            yield name, kind
        if name.endswith(DOMAIN):  # of the reverse zones davit has whole addresses only
            yield f"nosuch.{name}", dice.choice(("A", "AAAA", "SRV"))
        yield "".join(dice.choice((letter.upper(), letter)) for letter in name), "A"
    for kind in ("SOA", "NS", "A"):
        yield DOMAIN, kind
    yield f"nosuch.{DOMAIN}", "A"
    for network in zone.networks.values():
        for prefix in network["addresses"]:
            yield ipaddress.ip_interface(prefix).network[0xfe].reverse_pointer, "PTR"


def test_all_three_say_the_same(a, b, server):
    print(f"  seed {SEED}", flush=True)
    dice, control, asked = random.Random(SEED), server.file.parent / "control.sock", 0
    for letter in "ab":
        serve.run("ip", "address", "add", f"fd00:{letter}::1/64", "dev", f"v{letter}", "nodad")
    for number in range(ZONES):
        zone = random_zone(dice)
        mark = {"id": "e" * 64, "name": f"mark{number}", "endpoints": [{"network": "a", "ipv4": "10.1.2.1"}]}
        server.swap({**zone, "containers": [*zone["containers"], mark]})
        live.until(lambda number=number: serve.rcode(serve.ask(a, f"mark{number}.a")) == 0)
        with live.Control(control) as connection:
            dump, serial = connection.ask(do="dump")["zone"], connection.ask(do="status")["serial"]
        dump["containers"] = [c for c in dump["containers"] if c.get("project")]
        mine = Zone(dump)
        with twins(mine, serial):
            wanted = list(questions(mine, dice))
            replies = zip(wanted, ask(a.server, 53, wanted), ask("127.0.0.1", PORTS["knot"], wanted), ask("127.0.0.1", PORTS["nsd"], wanted))
            for question, *said in replies:
                ours, knot, nsd = map(read_reply, said)
                assert ours == knot == nsd, f"{question}:\n davit {ours}\n knot  {knot}\n nsd   {nsd}\n in {zone}"
        asked += len(wanted)
    print(f"  {asked} questions")


class Server(serve.Server):
    def command(self):
        return [*super().command(), "--control", self.file.parent / "control.sock"]


if __name__ == "__main__":
    serve.main(__file__, globals(), Server)
