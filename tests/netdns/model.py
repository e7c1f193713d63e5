#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random zones, and what every name means in them by a second, slow reading of doc/dns.md. usage: model.py PROGRAM"""
import os
import random
import socket

import serve

ZONES = int(os.environ.get("MODEL_ZONES", "60"))
SEED = int(os.environ.get("MODEL_SEED", random.randrange(1 << 32)))  # printed, to have the same again
PROJECTS, SERVICES, NETWORKS = ("p", "q"), ("web", "db"), ("a", "b")
KEYS = {"a": ("p", "front"), "b": ("q", "back")}
DOMAIN = ("davit", "internal")


def random_container(dice, number):
    networks = dice.sample(NETWORKS, dice.randint(1, 2))
    return {
        "id": f"{number:012x}" + "0" * 52, "name": f"c{number}", "project": dice.choice(PROJECTS), "service": dice.choice(SERVICES),
        "number": number, "one_off": dice.random() < 0.1,
        "state": dice.choice(["running"] * 5 + ["paused", "exited", "created"]),
        "health": dice.choice(["none"] * 2 + ["healthy"] * 2 + ["starting", "unhealthy"]),
        "draining": dice.random() < 0.15, "strict": dice.random() < 0.1, "ttl": dice.choice([0, 5, 60]),
        "endpoints": [{"network": network, "ipv4": f"10.{1 + NETWORKS.index(network)}.1.{number}",
                       "aliases": dice.sample(["alias", "other"], dice.randint(0, 2)),
                       "priority": dice.choice([0, 100])} for network in networks],
    }


def random_zone(dice):
    """The one who asks is a container of p, or q, or of nobody's, on both networks or on one."""
    asker = {"id": "f" * 64, "name": "asker", "state": "running", "endpoints": [
        {"network": "a", "ipv4": "10.1.0.2"}, {"network": "b", "ipv4": "10.2.0.9", "priority": dice.choice([0, 10])}]}
    if dice.random() < 0.8:
        asker["project"] = dice.choice(PROJECTS)
    if dice.random() < 0.3:
        asker["endpoints"].pop()
    networks = serve.zone()["networks"]
    for network in networks:
        network["internal"] = False
        network["project"], network["key"] = KEYS[network["name"]]
    containers = [random_container(dice, number) for number in range(1, dice.randint(2, 7))]
    return {"networks": networks, "containers": [asker, *containers]}


# ---- the model

def is_running(c):
    return c["state"] == "running"


def is_open(c):
    return is_running(c) and not c.get("draining")


def is_ready(c):
    return is_open(c) and c.get("health", "none") in ("none", "healthy")


def is_up(c):
    return c["state"] in ("running", "paused")


def claims(zone, network, projects, labels):
    """Who has the name on the network, and by which rule; rule None: nobody."""
    found, rule = [], None
    for c in zone["containers"]:
        endpoint = next((e for e in c["endpoints"] if e["network"] == network), None)
        if not endpoint or c.get("project") not in projects:
            continue
        serves = c.get("service") and not c["one_off"]
        own = {}
        if serves:
            own = {(c["service"],): "ready", ("all", c["service"]): "running", ("tasks", c["service"]): "running",
                   (str(c["number"]), c["service"]): "running"}
        own.update({(alias,): "ready" for alias in endpoint.get("aliases", ())})
        own.setdefault((c["name"],), "up")
        own.setdefault((c["id"][:12],), "up")
        if labels in own:
            found.append((c, endpoint))
            rule = own[labels]
    return found, rule


def answered(found, rule):
    tests = {"ready": is_ready, "running": is_running, "up": is_up}
    some = [e["ipv4"] for c, e in found if tests[rule](c)]
    if rule == "ready" and not some and not any(c.get("strict") for c, _ in found):
        some = [e["ipv4"] for c, e in found if is_open(c)]
    return some


def on_network(zone, network, project, only, labels):
    """Addresses, or None if the name is not there. The project's own names hide those of others."""
    found, rule = claims(zone, network, (project,), labels)
    if not found and not only:
        found, rule = claims(zone, network, (*PROJECTS, None), labels)
    return answered(found, rule) if found else None


def first_with_any(results):
    results = [r for r in results if r is not None]
    return next((r for r in results if r), results[0] if results else None)


def by_network(zone, view, project, only, labels):
    name, last = labels[:-1], labels[-1]
    return first_with_any(
        on_network(zone, n, project, only, name) for n in view
        if last == n or (last == KEYS[n][1] and (not only or KEYS[n][0] == project)))


def in_project(zone, view, labels):
    name, project = labels[:-1], labels[-1]
    if project not in {c.get("project") for c in zone["containers"]} | {n["project"] for n in zone["networks"]} or not name:
        return None
    result = by_network(zone, view, project, True, name)
    return result if result is not None else first_with_any(on_network(zone, n, project, True, name) for n in view)


def meaning(zone, labels):
    """Addresses, or the reply's code where there is no such name."""
    asker = zone["containers"][0]
    view = [e["network"] for e in sorted(asker["endpoints"], key=lambda e: (-e.get("priority", 0), e["network"]))]
    own = asker.get("project")
    if labels[-2:] == DOMAIN:
        result = in_project(zone, view, labels[:-2])
        return 3 if result is None else result
    result = first_with_any(on_network(zone, n, own, False, labels) for n in view)
    if result is None:
        result = by_network(zone, view, own, False, labels)
    if result is None:
        result = in_project(zone, view, labels)
    return 5 if result is None else result


def names():
    firsts = [*((s,) for s in SERVICES), *((w, s) for w in ("all", "tasks", "1", "2", "9") for s in SERVICES),
              ("alias",), ("other",), ("c1",), ("c2",), ("asker",), (f"{1:012x}",), ("nosuch",)]
    networks = [(), ("a",), ("b",), ("front",), ("back",)]
    for first in firsts:
        for network in networks:
            yield (*first, *network)
            for project in (*PROJECTS, "r"):
                yield (*first, *network, project)
                yield (*first, *network, project, *DOMAIN)


# ---- the two beside each other

def ask_all(a, questions):
    """The replies in the order of the questions. By TCP: who asks so much by UDP is told to come back by TCP."""
    with a.socket(socket.SOCK_STREAM) as sock:
        for at in range(0, len(questions), 50):
            some = questions[at:at + 50]
            serve.send_tcp(sock, *(serve.query(".".join(labels), number=number) for number, labels in enumerate(some)))
            # What is not ours is answered later than what is behind it.
            yield from sorted((serve.read_tcp(sock) for _ in some), key=lambda reply: reply[:2])


def swap(a, server, zone, number):
    """The zone is live when its mark is: a file may be read twice, and said so twice."""
    mark = {"id": "e" * 64, "name": f"mark{number}", "state": "running", "endpoints": [
        {"network": "a", "ipv4": "10.1.2.1"}]}
    server.swap({**zone, "containers": [*zone["containers"], mark]})
    while serve.rcode(serve.ask(a, f"mark{number}.a")):
        pass


def outcome(reply):
    return serve.rcode(reply) or serve.addresses(reply)


def test_every_name_means_what_the_model_says(a, b, server):
    print(f"  seed {SEED}", flush=True)
    dice = random.Random(SEED)
    questions = list(names())
    for number in range(ZONES):
        zone = random_zone(dice)
        swap(a, server, zone, number)
        for labels, reply in zip(questions, ask_all(a, questions)):
            wanted = meaning(zone, labels)
            wanted = wanted if isinstance(wanted, int) else sorted(wanted)
            assert outcome(reply) == wanted, f"{'.'.join(labels)}: {outcome(reply)}, not {wanted}, in\n{zone}"
    print(f"  {ZONES} zones, {len(questions)} names each")


if __name__ == "__main__":
    serve.main(__file__, globals())
