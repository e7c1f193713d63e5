#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures davit-netdns beside knot, aardvark-dns and an echo of the packets, in turn and in one run.

usage: dns.py --netdns PATH --tools DIR [--out FILE] [--minutes N] [--only REGEX] [--soak SECONDS]

Adds its table to doc/benchmarks.md. No engine is needed: the script starts itself again in a network namespace of its own,
where the servers have one processor and dnsperf the other. What counts is the processor's time for a query: how many come
through in a second is dnsperf's limit more than theirs. Never a timed test.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from bench import Failed, load, measure_all, ms, output, say

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "netdns"))
# pylint: disable=wrong-import-position
import live
import serve

NAMES = 1000
RUN_S = 3
ROUNDS_LEAST, ROUNDS_MOST = 3, 21
PORTS = {"echo": 5301, "davit": 5302, "knot": 5303, "aardvark-dns": 5304}
AARDVARK = "/usr/lib/podman/aardvark-dns"
TRY_S = 10  # a server has started
KNOT = """
server:
  listen: 127.0.0.1@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  rundir: {dir}
log:
  - target: {dir}/log
    any: error
database:
  storage: {dir}
zone:
  - domain: davit.internal
    file: {dir}/zone
    zonefile-sync: -1
"""


def on_cpu(number):
    """For servers the last processor, for who asks the first."""
    cpus = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cpus[number])]


def name_of(number):
    return f"service{number}.default.p.davit.internal"


def address(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def cpu_ns(pid):
    """Of all threads of all its processes."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for one in serve.family(pid) for task in pathlib.Path(f"/proc/{one}/task").iterdir())


def resident_kb(pid):
    return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{one}/status").read_text()).group(1))
               for one in serve.family(pid))


def ratio_of(over, under):
    """The median of the rounds' own ratios: what disturbs a round disturbs both."""
    return statistics.median(a / b for a, b in zip(over, under))


class Bench:
    def __init__(self, args):
        self.args = args
        self.netdns, self.tools = (pathlib.Path(path).resolve() for path in (args.netdns, args.tools))
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bench-dns."))
        self.rows = []

    def row(self, work, rounds, davit, other, ratio, wanted, met):
        self.rows.append((work, str(rounds), davit, other, ratio, wanted, "yes" if met else "**no**"))
        say("  ".join(self.rows[-1]))

    # ---- the servers, each with the same names

    def command_echo(self, port):
        return [self.tools / "echo", str(port)]

    def command_davit(self, port):
        zone = {"networks": [{"name": "p_default", "key": "default", "project": "p", "addresses": ["127.0.0.1/32"]}],
                "containers": [{"id": f"{n:012x}", "name": f"p-service{n}-1", "project": "p", "service": f"service{n}", "number": 1,
                                "endpoints": [{"network": "p_default", "ipv4": address(n)}]} for n in range(NAMES)]}
        (self.dir / "zone.json").write_text(json.dumps(zone))
        (self.dir / "resolv.conf").write_text("")
        return [self.netdns, "serve", "--zone", self.dir / "zone.json", "--resolv", self.dir / "resolv.conf", "--port", str(port),
                "--control", self.dir / "control.sock"]

    def command_knot(self, port):
        (self.dir / "zone").write_text("\n".join([
            "$ORIGIN davit.internal.", "@ 60 SOA netdns hostmaster 1 3600 600 86400 1", "@ 60 NS netdns", "netdns 60 A 127.0.0.1",
            *(f"service{n}.default.p 5 A {address(n)}" for n in range(NAMES))]) + "\n")
        (self.dir / "knot.conf").write_text(KNOT.format(port=port, dir=self.dir))
        return ["/usr/sbin/knotd", "-c", self.dir / "knot.conf"]

    def command_aardvark(self, port):
        """It answers those that it knows only: so the first name is that of who asks."""
        config = self.dir / "aardvark"
        config.mkdir()
        (config / "podman").write_text("\n".join(["127.0.0.1", *(
            f"{n:064x} {address(n) if n else '127.0.0.1'}  service{n}" for n in range(NAMES))]) + "\n")
        return [AARDVARK, "--config", config, "--port", str(port), "run"]

    @contextlib.contextmanager
    def servers(self, *names):
        running = {}
        try:
            for name in names:
                command = getattr(self, f"command_{name.split('-', maxsplit=1)[0]}")(PORTS[name])
                running[name] = subprocess.Popen([*on_cpu(-1), *(str(word) for word in command)], stdin=subprocess.DEVNULL,
                                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            yield {name: self.found(name, process) for name, process in running.items()}
        finally:
            for process in running.values():
                process.kill()
                process.wait()
            for left in self.aardvarks():
                with contextlib.suppress(ProcessLookupError):  # it ends with the others
                    os.kill(left, signal.SIGKILL)

    def aardvarks(self):
        """It goes on in a process of its own, whose id it keeps in its directory."""
        kept = self.dir / "aardvark" / "aardvark.pid"
        return [int(kept.read_text())] if kept.exists() else []

    def found(self, name, process):
        """The id of a server that answers."""
        end = time.monotonic() + TRY_S
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.1)
            sock.connect(("127.0.0.1", PORTS[name]))
            while time.monotonic() < end:
                try:
                    sock.send(serve.query(self.question(name, 1)))
                    assert sock.recv(512)[7] == 1, name
                    return self.aardvarks()[0] if name == "aardvark-dns" else process.pid
                except (ConnectionRefusedError, TimeoutError, IndexError):
                    pass
        raise Failed(f"{name} does not answer")

    def question(self, name, number):
        return f"service{number}.dns.podman" if name == "aardvark-dns" else name_of(number)

    def questions(self, name):
        path = self.dir / f"questions-{name}"
        if not path.exists():
            dice = random.Random(1)
            path.write_text("".join(f"{self.question(name, dice.randrange(NAMES))} A\n" for _ in range(20 * NAMES)))
        return path

    # ---- what is measured

    def dnsperf(self, name, *more):
        """Queries that were answered, and lost."""
        shown = output([*on_cpu(0), "dnsperf", "-s", "127.0.0.1", "-p", PORTS[name], "-d", self.questions(name),
                        "-l", RUN_S, *more])
        wrong = [line for line in re.findall(r"Response codes:\s+(.*)", shown) if line.split()[0] != "NOERROR" or "," in line]
        if wrong:
            raise Failed(f"{name} answered {wrong[0]}")
        return [int(re.search(rf"Queries {word}:\s+(\d+)", shown).group(1)) for word in ("completed", "lost")]

    def cost(self, name, pid, *more):
        """Microseconds of the processor for a query."""
        before = cpu_ns(pid)
        answered, _ = self.dnsperf(name, *more)
        return (cpu_ns(pid) - before) / 1000 / answered

    def rounds(self, share):
        end = time.monotonic() + share * self.args.minutes * 60
        for number in range(ROUNDS_MOST):
            if number >= ROUNDS_LEAST and time.monotonic() > end:
                return
            yield number

    def costs(self, share, names, *more):
        """Of each server, round by round; who is first in a round changes."""
        found = {name: [] for name in names}
        with self.servers(*names) as pids:
            for number in self.rounds(share):
                at = number % len(names)
                for name in (*names[at:], *names[:at]):
                    found[name].append(self.cost(name, pids[name], *more))
                say(f"round {number + 1}: " + ", ".join(f"{name} {found[name][-1]:.2f} us" for name in names))
        return found

    def cost_row(self, work, found, other, wanted, met):
        ratio = ratio_of(found["davit"], found[other])
        shown = f"{1 / ratio:.1f} × less" if ratio < 0.5 else f"{ratio:.2f} ×"
        self.row(work, len(found["davit"]), f"{statistics.median(found['davit']):.2f} µs",
                 f"{other} {statistics.median(found[other]):.2f} µs", shown, wanted, met(ratio))

    def udp(self):
        found = self.costs(0.5, ("echo", "davit", "knot", "aardvark-dns"), "-c", 10, "-q", 100)
        work = f"processor time for a query, UDP, {NAMES:,} names"
        self.cost_row(work, found, "echo", "at most 1.15 ×", lambda ratio: ratio <= 1.15)
        self.cost_row(work, found, "knot", "at most 1 ×", lambda ratio: ratio <= 1)
        self.cost_row(work, found, "aardvark-dns", "20 × less", lambda ratio: ratio <= 1 / 20)

    def tcp(self):
        found = self.costs(0.1, ("davit", "knot"), "-m", "tcp", "-c", 10, "-q", 100)
        self.cost_row("processor time for a query, TCP, 10 connections", found, "knot", "(none)", lambda ratio: True)

    def million(self):
        shown = output([self.tools / "zone-load"])
        names, took, size = (int(n) for n in re.search(r"zone\s+(\d+) names, (\d+) ms, (\d+) MB", shown).groups())
        self.row(f"a zone of {names:,} names across 10,000 services", 1, f"{took} ms, {size} MB", "", "", "under 2 s and 256 MB",
                 names >= 1000000 and took < 2000 and size < 256)

    @contextlib.contextmanager
    def resident(self, containers):
        """It beside an engine that the script plays, and a client on its network."""
        client = serve.Client("a", 1)
        home = pathlib.Path(tempfile.mkdtemp(dir=self.dir))
        resident = live.Resident(str(self.netdns), home)
        resident.engine.network("a", bridge="va", tell=False)
        for n in range(containers):
            resident.engine.container(f"service{n}-1", f"service{n}", {"a": f"10.1.{1 + n // 250}.{1 + n % 250}"}, tell=False,
                                      dns={"ttl": 5, "networks": {"a": "direct"}})
        resident.engine.start()
        try:
            resident.start()
            live.until(lambda: resident.ask(do="ready", network="a")["ok"], wait=120)  # it reads each container
            yield client, resident
            resident.stop()
        finally:
            for process in resident.started:
                process.kill()
            client.holder.stdin.close()
            client.holder.wait()

    def change(self):
        """From the event to the answer, as who asks without a pause sees it."""
        took = []
        with self.resident(10000) as (client, resident), client.socket(socket.SOCK_DGRAM) as sock:
            live.until(lambda: serve.addresses(serve.ask(client, "service9999")), wait=60)
            for number in range(ROUNDS_MOST):
                name = f"service{number * 7}"
                state = ("exited", "die") if serve.addresses(serve.ask(client, name)) else ("running", "start")
                began = time.monotonic()
                resident.engine.set_state(f"{name}-1", *state)
                while True:
                    sock.send(serve.query(name))
                    if bool(serve.addresses(sock.recv(512))) == (state[1] == "start"):
                        break
                took.append(time.monotonic() - began)
        self.row("a change among 10,000 containers, from event to answer", len(took),
                 f"{ms(statistics.median(took))}, at most {ms(max(took))}", "", "", "under 100 ms", max(took) < 0.1)

    def soak(self):
        """dnsperf as a container, below the rate that one may have, beside changes of all kinds."""
        dice = random.Random(2)
        stable = [f"service{n}" for n in range(500)]
        questions = self.dir / "questions-soak"
        questions.write_text("".join(f"{dice.choice(stable)}.a.p.davit.internal A\n" for _ in range(20 * NAMES)))
        with self.resident(1000) as (client, resident):
            live.until(lambda: serve.addresses(serve.ask(client, "service999")), wait=60)
            pid, sizes, changes = resident.running.pid, [], 0
            perf = subprocess.Popen([*client.inside[:-1], "dnsperf", "-s", client.server, "-d", str(questions), "-Q", "4500", "-q", "100",
                                     "-l", str(self.args.soak)], stdout=subprocess.PIPE, text=True)
            while perf.poll() is None:
                changes += self.shake(dice, resident.engine)
                if changes % 10 == 0:
                    sizes.append(resident_kb(pid))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    perf.wait(0.02)
            shown = perf.stdout.read()
        asked, answered, lost = (int(re.search(rf"Queries {word}:\s+(\d+)", shown).group(1)) for word in ("sent", "completed", "lost"))
        wrong = re.search(r"Response codes:\s+(.*)", shown).group(1)
        warm, end = max(sizes[len(sizes) // 10:len(sizes) // 2]), max(sizes[-len(sizes) // 4:])
        self.row(f"{self.args.soak} s of {asked // self.args.soak:,} queries a second beside {changes:,} changes", 1,
                 f"{asked:,} asked, {lost} lost, {end / 1024:.1f} MB", f"{warm / 1024:.1f} MB in the first half", f"{end / warm:.2f} ×",
                 "none lost, no more memory", lost == 0 and answered == asked and wrong.startswith("NOERROR") and "," not in wrong
                 and end <= warm * 1.02)

    def shake(self, dice, engine):
        """Something happens to one of the other 500."""
        name = f"service{dice.randrange(500, 1000)}-1"
        word = dice.choice(("die", "start", "health", "kill", "connect"))
        key = live.full_id(name)
        if word in ("die", "start"):
            engine.set_state(name, "exited" if word == "die" else "running", word)
        elif word == "health":
            engine.set_health(name, dice.choice(("healthy", "unhealthy", "starting")))
        elif word == "kill":
            engine.event("container", "kill", key, signal="15")
        else:
            engine.event("network", "connect", live.full_id("a"), container=key)
        return 1

    ALL = (udp, tcp, million, change, soak)


def table(bench, before):
    lines = ["", "## Names", "",
             "davit-netdns, knot, aardvark-dns and an echo (one `recvfrom`, one `sendto` and nothing else), in turn in every round of one",
             "run; a ratio is the median of the rounds' ratios. No engine takes part: containers are those of an engine that a script plays.", "",
             f"- load average before {before}, after {load()}",
             f"- knot: {output(['/usr/sbin/knotd', '--version']).split()[-1]}; aardvark-dns: {output([AARDVARK, '--version']).split()[-1]}; "
             "dnsperf, on the one processor, asks the servers on the other", "",
             "| work | rounds | davit | other | ratio | asked for | met |", "|---|---|---|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in bench.rows]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--netdns", required=True)
    parser.add_argument("--tools", required=True, help="where echo and zone-load are")
    parser.add_argument("--out", help="also add the table to this; not with --only")
    parser.add_argument("--minutes", type=float, default=3, help="about how long it may take, without the soak (3)")
    parser.add_argument("--only", default="", help="only the rows whose function's name has this in it")
    parser.add_argument("--soak", type=int, default=20, help="seconds (20)")
    args = parser.parse_args()
    if "DAVIT_BENCH_INSIDE" not in os.environ:
        os.environ["DAVIT_BENCH_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-rn", sys.executable, *sys.argv])
    serve.run("ip", "link", "set", "lo", "up")
    bench, before = Bench(args), load()
    measure_all(bench, args.only)
    text = table(bench, before)
    print(text)
    if args.out and not args.only:
        with open(args.out, "a", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"bench: {failed}")
