#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random events of an engine, and what every name means after them by the model of model.py. usage: live_model.py PROGRAM"""
import os
import pathlib
import random
import sys
import tempfile

import model
import serve
from engine import full_id
from live import Resident, run_all, until

ROUNDS = int(os.environ.get("MODEL_ROUNDS", "40"))
SEED = int(os.environ.get("MODEL_SEED", random.randrange(1 << 32)))  # printed, to have the same again
CONTAINERS_MOST = 8
ASKER = "asker"


class World:
    """The engine's truth, kept twice: as the engine tells it, and as a zone for the model."""

    def __init__(self, engine, dice):
        self.engine, self.dice, self.made, self.told = engine, dice, 0, []
        self.zone = {"networks": [{"name": name, "project": project, "key": key} for name, (project, key) in model.KEYS.items()],
                     "containers": []}

    def create(self, name=None, project=None, networks=None, address=None):
        self.made += 1
        dice, name = self.dice, name or f"c{self.made}"
        project, service = project or dice.choice(model.PROJECTS), None if name == ASKER else dice.choice(model.SERVICES)
        key = full_id(name)
        c = {"key": key, "id": key, "name": name, "project": project, "service": service, "number": self.made, "one_off": False,
             "state": "running", "health": dice.choice(["none", "starting"]), "endpoints": []}
        labels = {"com.docker.compose.project": project, "com.docker.compose.container-number": str(self.made),
                  "com.docker.compose.oneoff": "False", **({"com.docker.compose.service": service} if service else {})}
        self.engine.containers[key] = {
            "Id": key, "Name": f"/{name}", "Config": {"Hostname": key[:12], "Labels": labels}, "NetworkSettings": {"Networks": {}},
            "State": {"Status": "running", **({} if c["health"] == "none" else {"Health": {"Status": c["health"]}})}}
        self.zone["containers"].append(c)
        for network in networks or dice.sample(model.NETWORKS, dice.randint(1, 2)):
            self.join(c, network, address)
        self.engine.event("container", "start", key, name=name)

    def join(self, c, network, address=None):
        place = {"IPAddress": address or f"10.{1 + model.NETWORKS.index(network)}.2.{c['number']}",
                 "Aliases": self.dice.sample(["alias", "other"], self.dice.randint(0, 2))}
        self.engine.containers[c["key"]]["NetworkSettings"]["Networks"][network] = place
        c["endpoints"].append({"network": network, "ipv4": place["IPAddress"], "aliases": place["Aliases"]})

    # ---- what happens to one

    def do_start(self, c):
        self.set_state(c, "running", "start")

    def do_die(self, c):
        self.set_state(c, "exited", "die")

    def do_pause(self, c):
        if c["state"] == "running":
            self.set_state(c, "paused", "pause", draining=c.get("draining"))
        elif c["state"] == "paused":
            self.set_state(c, "running", "unpause", draining=c.get("draining"))

    def set_state(self, c, state, action, draining=False):
        c["state"], c["draining"] = state, draining
        self.engine.containers[c["key"]]["State"]["Status"] = state
        self.engine.event("container", action, c["key"], name=c["name"])

    def do_health(self, c):
        c["health"] = self.dice.choice(["starting", "healthy", "healthy", "unhealthy"])
        self.engine.containers[c["key"]]["State"]["Health"] = {"Status": c["health"]}
        self.engine.event("container", f"health_status: {c['health']}", c["key"], name=c["name"])

    def do_kill(self, c):
        """With its own stop signal it drains; with another one nothing happens."""
        own = self.dice.random() < 0.7
        c["draining"] = c.get("draining") or (own and c["state"] == "running")
        if c["state"] == "running":
            self.engine.event("container", "kill", c["key"], name=c["name"], signal="15" if own else "1")

    def do_rename(self, c):
        self.made += 1
        c["name"] = f"c{self.made}"
        self.engine.containers[c["key"]]["Name"] = f"/{c['name']}"
        self.engine.event("container", "rename", c["key"], name=c["name"])

    def do_connect(self, c):
        for network in set(model.NETWORKS) - {e["network"] for e in c["endpoints"]}:
            self.join(c, network)
            self.engine.event("network", "connect", full_id(network), container=c["key"])

    def do_disconnect(self, c):
        endpoint = self.dice.choice(c["endpoints"]) if c["endpoints"] else None
        if endpoint:
            c["endpoints"].remove(endpoint)
            del self.engine.containers[c["key"]]["NetworkSettings"]["Networks"][endpoint["network"]]
            self.engine.event("network", "disconnect", full_id(endpoint["network"]), container=c["key"])

    def do_destroy(self, c):
        self.zone["containers"].remove(c)
        del self.engine.containers[c["key"]]
        self.engine.event("container", "destroy", c["key"], name=c["name"])

    def step(self):
        others = self.zone["containers"][1:]
        if len(others) < 2 or (len(others) < CONTAINERS_MOST and self.dice.random() < 0.2):
            self.create()
            self.told.append(f"create {self.zone['containers'][-1]['name']}")
            return
        words = ["start", "die", "pause", "health", "health", "kill", "rename", "connect", "disconnect", "destroy"]
        word, c = self.dice.choice(words), self.dice.choice(others)
        self.told.append(f"{word} {c['name']}")
        getattr(self, f"do_{word}")(c)


def questions(world):
    """model.names, and the names of those who are here or were lately."""
    yield from model.names()
    for number in range(max(1, world.made - 8), world.made + 1):
        for tail in ((), ("a",), ("back",), ("b", "q", *model.DOMAIN)):
            yield (f"c{number}", *tail)
    for c in world.zone["containers"]:
        yield (c["id"][:12],)


def differences(a, world):
    asked = list(questions(world))
    for labels, reply in zip(asked, model.ask_all(a, asked)):
        wanted = model.meaning(world.zone, labels)
        wanted = wanted if isinstance(wanted, int) else sorted(wanted)
        if model.outcome(reply) != wanted:
            yield f"{'.'.join(labels)}: {model.outcome(reply)}, not {wanted}"


def test_after_any_events_names_mean_what_the_model_says(a, b, resident):
    print(f"  seed {SEED}", flush=True)
    world = World(resident.engine, random.Random(SEED))
    world.create(name=ASKER, project="p", networks=model.NETWORKS, address="10.1.0.2")
    for number in range(ROUNDS):
        for _ in range(world.dice.randint(1, 4)):
            world.step()
        try:
            until(lambda: not any(differences(a, world)))
        except AssertionError as late:
            raise AssertionError(f"round {number}: {list(differences(a, world))[:5]} after {world.told[-12:]} in\n{world.zone}") from late
    print(f"  {len(world.told)} events")


def main():
    if len(sys.argv) == 2:
        os.execvp("unshare", ["unshare", "-rn", sys.executable, __file__, sys.argv[1], "inside"])
    serve.run("ip", "link", "set", "lo", "up")
    clients = [serve.Client("a", 1), serve.Client("b", 2)]
    with tempfile.TemporaryDirectory() as directory:
        resident = Resident(os.path.abspath(sys.argv[1]), pathlib.Path(directory))
        for name, (project, key) in model.KEYS.items():
            labels = resident.engine.networks[resident.engine.network(name, mode="assist", bridge=f"v{name}", tell=False)]["Labels"]
            labels.update({"com.docker.compose.project": project, "com.docker.compose.network": key})
        resident.engine.start()
        resident.start()
        resident.ready("a")
        run_all(globals(), clients, resident)


if __name__ == "__main__":
    main()
