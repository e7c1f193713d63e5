#!/usr/bin/env python3
"""Measures davit beside docker compose and beside the engine's own floor, in turn and in one run.

usage: bench.py --davit PATH --peer PATH --tools DIR [--host unix://...] [--out FILE] [--minutes N] [--only REGEX]

Prints the table of doc/benchmarks.md: medians, ratios, what was asked for. Both tools get the same files and the same
engine, one after the other in every round, so that what disturbs one disturbs both. Each row has its share of the
minutes and makes as many rounds as fit, 3 at least. Never a timed test.
"""
import argparse
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVICE = """  s{n}:
    image: busybox
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    environment: {{A: "1", B: two, C: "${{HOME}}"}}
    labels: {{tier: "t{tier}"}}
"""
ROUNDS_LEAST, ROUNDS_MOST = 3, 41
STUCK_S = 300  # engine 20.10 has been seen to answer nobody any more
IN_FLIGHT = (4, 8, 16, 32, 50)


def project(count, chain=1):
    """count services; chain > 1: each depends on the one before it, in chains of that length."""
    text = "services:\n"
    for n in range(count):
        text += SERVICE.format(n=n, tier=n % 7)
        if n % chain:
            text += f"    depends_on: [s{n - 1}]\n"
    return text


def say(text):
    print(text, file=sys.stderr, flush=True)


class Failed(Exception):
    pass


def output(argv, cwd=None):
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(words, cwd=cwd, text=True, capture_output=True, check=False, timeout=STUCK_S)
    except subprocess.TimeoutExpired as stuck:
        raise Failed(f"{words}: nothing came in {STUCK_S} s; does the engine still answer?") from stuck
    if done.returncode:
        raise Failed(f"{done.args}: exit {done.returncode}\n{done.stderr}")
    return done.stdout.strip()


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def mb(kilobytes):
    return f"{kilobytes / 1024:.1f} MB"


class Bench:
    def __init__(self, args):
        self.davit, self.peer = (Path(tool).resolve() for tool in (args.davit, args.peer))
        self.tools = Path(args.tools).resolve()
        self.share = args.minutes * 60
        self.rows = []
        self.nfailed = {}  # whose up and down failed: in how many rounds
        self.dir = Path(tempfile.mkdtemp(prefix="bench."))

    def folder(self, name, text):
        path = self.dir / name
        path.mkdir(exist_ok=True)
        (path / "compose.yaml").write_text(text)
        return path

    def run(self, cwd, tool, *arguments):
        """Seconds and peak kilobytes of one run."""
        microseconds, kilobytes = output([self.tools / "measure", tool, *arguments], cwd).split()
        return int(microseconds) / 1e6, int(kilobytes)

    def rounds(self, share):
        """Numbers the rounds of a row that may take this share of the minutes."""
        end = time.monotonic() + share * self.share
        for number in range(ROUNDS_MOST):
            if number >= ROUNDS_LEAST and time.monotonic() > end:
                return
            yield number

    def row(self, work, rounds, davit, other, ratio, wanted, met):
        self.rows.append((work, str(rounds), davit, other, ratio, wanted, "yes" if met else "**no**"))
        say("  ".join(self.rows[-1]))

    def versus(self, share, work, cwd, arguments, factor):
        """The same command by both tools in turn."""
        ours, theirs = [], []
        for _ in self.rounds(share):
            ours.append(self.run(cwd, self.davit, *arguments)[0])
            theirs.append(self.run(cwd, self.peer, *arguments)[0])
        our, their = statistics.median(ours), statistics.median(theirs)
        self.row(work, len(ours), ms(our), ms(their), f"{their / our:.1f} × faster",
                 f"{factor} × faster", their / our >= factor)

    def memory(self, work, cwd, arguments):
        """What it takes hardly differs from run to run: the largest of three, beside one of the peer's."""
        ours = max(self.run(cwd, self.davit, *arguments)[1] for _ in range(3))
        theirs = self.run(cwd, self.peer, *arguments)[1]
        self.row(work, 3, mb(ours), mb(theirs), f"{theirs / ours:.1f} × less", "under 20 MB", ours < 20 * 1024)

    def config_one(self):
        self.versus(0.03, "`config -q`, 1 service", self.folder("one", project(1)), ["config", "-q"], 20)

    def config_thousand(self):
        cwd = self.folder("thousand", project(1000, 5))
        self.versus(0.05, "`config -q`, 1,000 services", cwd, ["config", "-q"], 20)

    def growth(self):
        tenth, whole = self.folder("thousand", project(1000, 5)), self.folder("tens", project(10000, 5))
        less, more = [], []
        for _ in self.rounds(0.03):
            less.append(self.run(tenth, self.davit, "config", "-q")[0])
            more.append(self.run(whole, self.davit, "config", "-q")[0])
        small, large = statistics.median(less), statistics.median(more)
        self.row("`config -q`, 10,000 services beside davit's own 1,000", len(less), ms(large), ms(small),
                 f"{large / small:.1f} × the time of a tenth", "linear (at most 12 ×)", large <= 12 * small)

    def memory_config(self):
        cwd = self.folder("thousand", project(1000, 5))
        self.memory("peak memory of `config`, 1,000 services", cwd, ["config"])

    def memory_dry_run(self):
        cwd = self.folder("thousand", project(1000, 5))
        self.memory("peak memory of `up --dry-run`, 1,000 services", cwd, ["up", "--dry-run", "-d"])

    def idle(self):
        cwd = self.folder("idle", project(50, 5))
        self.run(cwd, self.davit, "up", "-d")
        self.versus(0.05, "`up -d` with nothing to do, 50 services", cwd, ["up", "-d"], 5)
        self.run(cwd, self.davit, "down")

    def ps(self):
        cwd = self.folder("many", project(150))
        self.run(cwd, self.davit, "up", "-d")
        self.versus(0.05, "`ps` on 150 containers", cwd, ["ps"], 5)
        self.run(cwd, self.davit, "down")

    def floor(self, up, down):
        """Seconds of the bare calls for up and for down, with so many in flight."""
        return [float(word) for word in output([self.tools / "floor", 50, up, down]).split()]

    def floor_for_sure(self, up, down):
        """The floor of a second try, if the first one failed; the third failure ends the run."""
        for _ in range(2):
            for answer in self.or_fail("the floor", lambda: self.floor(up, down)):
                return answer
        return self.floor(up, down)

    def best_in_flight(self):
        """How many calls in flight serve up best, and how many down."""
        tried = {}
        for many in IN_FLIGHT:
            tried[many] = self.floor_for_sure(many, many)
            say(f"floor with {many} in flight: up {ms(tried[many][0])}, down {ms(tried[many][1])}")
        return [min(tried, key=lambda many: tried[many][verb]) for verb in (0, 1)]

    def or_fail(self, whose, work):
        """What work returns, in a list; an empty one if the engine was not done with a network, now and then: that
        round does not count for whose it is."""
        try:
            return [work()]
        except Failed as failure:
            say(f"{whose} failed, {str(failure).strip().splitlines()[-1]}")
            self.nfailed[whose] = self.nfailed.get(whose, 0) + 1
            return []

    def up_then_down(self, cwd, tool, name):
        return [self.run(cwd, tool, "-p", name, *verb)[0] for verb in (("up", "-d"), ("down",))]

    def tidied(self, cwd, name):
        self.run(cwd, self.davit, "-p", name, "down")
        return []

    def up_and_down(self):
        cwd = self.folder("chains", project(50, 5))
        up, down = self.best_in_flight()
        ours, theirs, floor = [], [], []
        for number in self.rounds(0.6):
            # A name for each: a network that the engine never lets go of must not be met by the next one.
            ours.append(self.up_then_down(cwd, self.davit, f"davit{number}"))
            name = f"compose{number}"
            theirs += (self.or_fail("docker compose", lambda: self.up_then_down(cwd, self.peer, name))
                       or self.tidied(cwd, name))
            floor += self.or_fail("the floor", lambda: self.floor(up, down))
            say(f"round {number + 1}, up and down: davit {ours[-1]}, docker compose {theirs[-1:]}, floor {floor[-1:]}")
        for at, (verb, many) in enumerate((("up -d", up), ("down", down))):
            our, their, least = (statistics.median(row[at] for row in rows) for rows in (ours, theirs, floor))
            self.row(f"`{verb}`, 50 services in chains of five", len(ours), ms(our), ms(their),
                     f"{their / our:.2f} × faster; {our / least:.2f} × the floor of {ms(least)} ({many} in flight)",
                     "faster, and at most 1.05 × the floor", our <= 1.05 * least and our < their)

    ALL = (config_one, config_thousand, growth, memory_config, memory_dry_run, idle, ps, up_and_down)


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {cpu.group(1) if cpu else platform.machine()}, Linux {platform.release()}"


def load():
    return f"{os.getloadavg()[0]:.1f}"


def table(bench, args, load_before):
    lines = ["# Benchmarks", "",
             "Written by `./dev bench`: the tools in turn in every round of one run, and the median of the rounds. The",
             "floor is the engine's own: the calls that create, start, stop and remove the same number of containers,",
             "sent raw over kept connections, in no order, with as many in flight as were found to be best.", "",
             f"- day: {datetime.date.today()}",
             f"- machine: {machine()}; load average before {load_before}, after {load()}",
             f"- {output([args.davit, '--version'])}",
             f"- docker compose: {output([args.peer, 'version', '--short'])}",
             f"- engine: {output(['docker', 'version', '--format', '{{.Server.Version}}'])}", "",
             "| work | rounds | davit | docker compose (or as named) | ratio | asked for | met |",
             "|---|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in bench.rows]
    for whose, rounds in bench.nfailed.items():
        lines += ["", f"{whose[0].upper()}{whose[1:]} failed in {rounds} rounds of up and down, which do not count for it."]
    return "\n".join(lines) + "\n"


def measure_all(bench, only):
    """The rows of a class whose functions' names have this in them; its folder goes afterwards."""
    try:
        for measure in bench.ALL:
            if re.search(only, measure.__name__):
                say(f"--- {measure.__name__}, {time.strftime('%H:%M:%S')}")
                measure(bench)
    finally:
        shutil.rmtree(bench.dir)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("davit", "peer"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--tools", required=True, help="where floor and measure are")
    parser.add_argument("--host", help="the engine; else DOCKER_HOST")
    parser.add_argument("--out", help="also write the table here; not with --only")
    parser.add_argument("--minutes", type=float, default=9, help="about how long it may take (9)")
    parser.add_argument("--only", default="", help="only the rows whose function's name has this in it")
    args = parser.parse_args()
    if args.host:
        os.environ["DOCKER_HOST"] = args.host
    bench, load_before = Bench(args), load()
    measure_all(bench, args.only)
    text = table(bench, args, load_before)
    print("\n" + text)
    if args.out and not args.only:
        Path(args.out).write_text(text)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"bench: {failed}")
