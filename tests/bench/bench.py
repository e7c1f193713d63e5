#!/usr/bin/env python3
"""Measures davit beside docker compose and beside the engine's own floor, in turn and in one run.

usage: bench.py --davit PATH --peer PATH --floor PATH [--host unix://...] [--out FILE] [--quick]

Prints the table of doc/benchmarks.md: medians, ratios, what was asked for. Both tools get the same files and the same
engine, one after the other in every round, so that what disturbs one disturbs both. Never a timed test.
"""
import argparse
import os
import platform
import re
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


def project(count, chain=1):
    """count services; chain > 1: each depends on the one before it, in chains of that length."""
    text = "services:\n"
    for n in range(count):
        text += SERVICE.format(n=n, tier=n % 7)
        if n % chain:
            text += f"    depends_on: [s{n - 1}]\n"
    return text


def run(argv, cwd=None, check=True):
    """Seconds and peak kilobytes of one run."""
    start = time.monotonic()
    child = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if check and child.returncode:
        sys.exit(f"bench: {' '.join(argv)}: exit {child.returncode}\n{errors}")
    return time.monotonic() - start, usage.ru_maxrss


def median(rows, at=0):
    return statistics.median(row[at] for row in rows)


class Bench:
    def __init__(self, args):
        self.davit, self.peer, self.floor = args.davit, args.peer, args.floor
        self.rounds = 3 if args.quick else 7
        self.rows = []
        self.dir = Path(tempfile.mkdtemp(prefix="bench."))

    def folder(self, name, text):
        path = self.dir / name
        path.mkdir(exist_ok=True)
        (path / "compose.yaml").write_text(text)
        return path

    def row(self, work, davit, other, rival, wanted, met):
        self.rows.append((work, davit, other, rival, wanted, "yes" if met else "**no**"))
        print("  ".join(str(cell) for cell in self.rows[-1]), flush=True)

    def versus(self, work, cwd, arguments, factor, rounds=None):
        """The same command by both tools in turn."""
        times = {self.davit: [], self.peer: []}
        for _ in range(rounds or self.rounds):
            for tool in (self.davit, self.peer):
                times[tool].append(run([tool, *arguments], cwd))
        ours, theirs = median(times[self.davit]), median(times[self.peer])
        self.row(work, ms(ours), ms(theirs), f"{theirs / ours:.1f} × faster than docker compose",
                 f"{factor} ×", theirs / ours >= factor)

    def memory(self, work, cwd, arguments):
        ours = median([run([self.davit, *arguments], cwd) for _ in range(3)], 1)
        theirs = median([run([self.peer, *arguments], cwd) for _ in range(3)], 1)
        self.row(work, f"{ours / 1024:.1f} MB", f"{theirs / 1024:.1f} MB", f"{theirs / ours:.1f} × less",
                 "under 20 MB", ours < 20 * 1024)

    def growth(self):
        seconds = {}
        for count in (1000, 10000):
            cwd = self.folder(f"g{count}", project(count, 5))
            seconds[count] = median([run([self.davit, "config", "-q"], cwd) for _ in range(self.rounds)])
        factor = seconds[10000] / seconds[1000]
        self.row("`config -q`, 10,000 services beside 1,000", ms(seconds[10000]), ms(seconds[1000]),
                 f"{factor:.1f} × the time of a tenth", "linear (≤ 12 ×)", factor <= 12)

    def up_and_down(self):
        cwd = self.folder("chains", project(50, 5))
        tools = {"davit": self.davit, "peer": self.peer}
        ups, downs = {"davit": [], "peer": [], "floor": []}, {"davit": [], "peer": [], "floor": []}
        for _ in range(self.rounds):
            for name, tool in tools.items():
                ups[name].append(run([tool, "up", "-d"], cwd)[0])
                downs[name].append(run([tool, "down"], cwd)[0])
            up, down = self.engine_floor(50)
            ups["floor"].append(up)
            downs["floor"].append(down)
        for verb, times in (("up -d", ups), ("down", downs)):
            ours, theirs, floor = (statistics.median(times[k]) for k in ("davit", "peer", "floor"))
            self.row(f"`{verb}`, 50 services in chains of five", ms(ours), ms(theirs),
                     f"{ours / floor:.2f} × the engine's floor of {ms(floor)}, {theirs / ours:.1f} × faster",
                     "1.05 × floor, faster", ours <= 1.05 * floor and ours < theirs)

    def engine_floor(self, count):
        """The best over some concurrencies of the same calls sent raw: seconds for up and for down."""
        best_up = best_down = float("inf")
        for parallel in (4, 8, 16, 32):
            text = subprocess.run([self.floor, str(count), str(parallel)], check=True, text=True,
                                  capture_output=True).stdout
            up, down = (float(word) for word in text.split())
            best_up, best_down = min(best_up, up), min(best_down, down)
        return best_up, best_down

    def idle(self):
        cwd = self.folder("idle", project(50, 5))
        run([self.davit, "up", "-d"], cwd)
        self.versus("`up -d` with nothing to do, 50 services", cwd, ["up", "-d"], 5)
        run([self.davit, "down"], cwd)

    def ps(self):
        cwd = self.folder("many", project(150))
        run([self.davit, "up", "-d"], cwd)
        self.versus("`ps` on 150 containers", cwd, ["ps"], 5)
        run([self.davit, "down"], cwd)

    def all(self):
        one, thousand = self.folder("one", project(1)), self.folder("thousand", project(1000, 5))
        self.versus("`config -q`, 1 service", one, ["config", "-q"], 20, 3 * self.rounds)
        self.versus("`config -q`, 1,000 services", thousand, ["config", "-q"], 20)
        self.idle()
        self.up_and_down()
        self.ps()
        self.memory("peak memory of `config`, 1,000 services", thousand, ["config"])
        self.memory("peak memory of `up --dry-run`, 1,000 services", thousand, ["up", "--dry-run", "-d"])
        self.growth()


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def version(argv):
    return subprocess.run(argv, check=True, text=True, capture_output=True).stdout.strip()


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} × {cpu.group(1) if cpu else platform.machine()}, Linux {platform.release()}"


def table(bench, args):
    lines = ["# Benchmarks", "",
             "Written by `./dev bench`: both tools in turn in every round of one run, medians of "
             f"{bench.rounds} rounds.", "",
             f"- machine: {machine()}",
             f"- davit: {version([args.davit, 'version', '--short'])}",
             f"- docker compose: {version([args.peer, 'version', '--short'])}",
             f"- engine: {version(['docker', 'version', '--format', '{{.Server.Version}}'])}", "",
             "| work | davit | docker compose (or as named) | ratio | asked for | met |",
             "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in bench.rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("davit", "peer", "floor"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--host", help="the engine; else DOCKER_HOST")
    parser.add_argument("--out", help="also write the table here")
    parser.add_argument("--quick", action="store_true", help="three rounds")
    args = parser.parse_args()
    if args.host:
        os.environ["DOCKER_HOST"] = args.host
    bench = Bench(args)
    bench.all()
    text = table(bench, args)
    print("\n" + text)
    if args.out:
        Path(args.out).write_text(text)


if __name__ == "__main__":
    main()
