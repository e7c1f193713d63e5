#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compose files from a registry over the loopback, one that does as it is told. usage: oci.py DAVIT"""
import base64
import hashlib
import http.server
import json
import threading

import place

TYPE = "application/vnd.docker.compose."
PROJECT = TYPE + "project"
NAME = "team/stack"
LOGIN = "user:password"
COMPOSE = "services: {web: {image: top, env_file: [web.env], volumes: ['./data:/data'], environment: {A: '${A-none}'}}}\n"
OVERRIDE = "services: {web: {hostname: over, extends: {file: base.yaml, service: base}}}\n"
BASE = "services: {base: {labels: {base: 'yes'}}}\n"
OVER_LIMIT = 5 << 20


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry(http.server.ThreadingHTTPServer):
    """Has blobs and manifests by what comes behind /v2/NAME/, and says to all else that it is not there."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.has, self.asked, self.login = {}, [], None
        self.upload = f"/v2/{NAME}/blobs/upload?of=1"
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.realm = f"http://{self.host}/token"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def layer(self, kind, text, **notes):
        data = text.encode()
        self.has[f"blobs/{digest(data)}"] = data
        return {"mediaType": TYPE + kind, "digest": digest(data), "size": len(data),
                "annotations": {f"com.docker.compose.{name}": value for name, value in notes.items()}}

    def put(self, tag, manifest):
        data = json.dumps(manifest).encode()
        self.has[f"manifests/{tag}"] = self.has[f"manifests/{digest(data)}"] = data
        return f"oci://{self.host}/{NAME}:{tag}"

    def project(self, tag, *layers):
        return self.put(tag, {"artifactType": PROJECT, "layers": layers})


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        server = self.server
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        server.asked.append(form)
        if self.path.startswith("/v2/"):
            self.answer(202, b"", ("Location", server.upload.format(host=server.host)))
            return
        self.answer(200, b'{"access_token": "secret"}' if "refresh_token=identity" in form else b"{}")

    def do_GET(self):
        server = self.server
        path = self.path.removeprefix(f"/v2/{NAME}/")
        server.asked.append(path)
        if self.path.startswith("/token"):
            self.token()
        elif server.login and self.headers["Authorization"] != server.login:
            self.answer(401, b'{"errors": [{"message": "who are you?"}]}', ("WWW-Authenticate", self.challenge()))
        elif isinstance(server.has.get(path), str):
            self.answer(307, b"", ("Location", server.has[path]))
        elif path in server.has:
            self.answer(200, server.has[path])
        else:
            self.answer(404, b'{"errors": [{"message": "none\x1b[31m"}]}')

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.removeprefix(f"/v2/{NAME}/")
        if path.startswith("blobs/upload"):
            path = "blobs/" + path.partition("digest=")[2]
        self.server.has[path] = body
        self.answer(201, b"")

    def challenge(self):
        if self.server.login.startswith("Basic"):
            return 'Basic realm="lab"'
        return f'Bearer realm="{self.server.realm}",service="lab",scope="repository:{NAME}:pull"'

    def token(self):
        known = self.headers["Authorization"] == "Basic " + base64.b64encode(LOGIN.encode()).decode()
        self.answer(200 if known else 401, b'{"token": "secret"}')

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class World(place.Place):
    def __init__(self, davit, directory):
        super().__init__(davit, directory)
        self.registry = registry = Registry()
        self.layers = (registry.layer("file+yaml", COMPOSE, file="compose.yaml"),
                       registry.layer("file+yaml", OVERRIDE, file="over.yaml"),
                       registry.layer("file+yaml", BASE, file="base.yaml", extends="true"),
                       registry.layer("envfile", "B=b\n", envfile="web.env"))
        self.name = registry.project("1", *self.layers)
        self.stored = self.cache / hashlib.sha256(registry.has["manifests/1"]).hexdigest()

    def logins(self, **entry):
        config = {"auths": {self.registry.host: entry}}
        (self.directory / ".docker").mkdir(exist_ok=True)
        (self.directory / ".docker" / "config.json").write_text(json.dumps(config))

    def forget(self):
        place.subprocess.run(["rm", "-rf", self.cache], check=True)


def a_project_is_named_by_its_tag(world):
    text = world.config("-f", world.name, A="here")
    for line in (f"source: {world.stored}/data\n", "hostname: over\n", 'base: "yes"\n', "B: b\n", "A: here\n",
                 "name: here\n"):
        assert line in text, text
    assert world.left() == [world.stored.name]


def its_files_are_as_docker_compose_has_them(world):
    files = {path.name: path.read_text() for path in world.stored.iterdir()}
    assert files == {"compose.yaml": f"{COMPOSE}\n---\n{OVERRIDE}", "base.yaml": f"\n---\n{BASE}", "web.env": "B=b\n"}


def it_is_named_by_its_digest(world):
    name = f"oci://{world.registry.host}/{NAME}@sha256:{world.stored.name}"
    assert "image: top\n" in world.config("-f", name)
    world.registry.has[f"manifests/sha256:{'0' * 64}"] = world.registry.has["manifests/1"]
    assert "is something else" in world.fails("-f", f"oci://{world.registry.host}/{NAME}@sha256:{'0' * 64}")


def what_is_there_is_not_fetched_again(world):
    world.registry.asked.clear()
    world.config("-f", world.name, "-f", world.name)
    assert world.registry.asked == ["manifests/1"], world.registry.asked


def what_was_changed_is_put_right_and_the_rest_left_alone(world):
    (world.stored / "compose.yaml").write_text("services: {web: {image: evil}}\n")
    (world.stored / "base.yaml").unlink()
    (world.stored / "data").mkdir()
    world.registry.asked.clear()
    assert "image: top\n" in world.config("-f", world.name)
    assert len(world.registry.asked) == 1 + 3 and (world.stored / "data").is_dir(), world.registry.asked
    its_files = sorted(path.name for path in world.stored.iterdir())
    assert its_files == ["base.yaml", "compose.yaml", "data", "web.env"]


def a_local_project_includes_and_extends_one(world):
    text = world.config("-f", world.file("inc.yaml", f"include: ['{world.name}']\n"))
    assert f"source: {world.stored}/data\n" in text and 'base: "yes"\n' in text, text
    text = world.config("-f", world.file(
        "ext.yaml", f"services: {{s: {{extends: {{file: '{world.name}', service: web}}}}}}\n"))
    assert "image: top\n" in text and "hostname: over\n" in text and 'base: "yes"\n' in text, text


def a_list_of_manifests_names_one(world):
    index = {"manifests": [{"digest": digest(b"image")}, {"artifactType": PROJECT,
                                                          "digest": f"sha256:{world.stored.name}"}]}
    assert "image: top\n" in world.config("-f", world.registry.put("app", index))
    twice = {"manifests": [{"artifactType": PROJECT, "digest": digest(world.registry.has["manifests/app"])}]}
    assert "a list in a list" in world.fails("-f", world.registry.put("twice", twice))


def what_is_wrong_in_it_has_a_place(world):
    name = world.registry.project("wrong", world.registry.layer("file+yaml", "services: {web: {imge: x}}\n"))
    text = world.fails("-f", world.file("chain.yaml", f"include:\n  - '{name}'\n"))
    assert f"{name}#compose.yaml:1:18: services.web: unknown key \"imge\"" in text, text
    assert "     1 | services: {web: {imge: x}}\n" in text and "= included by chain.yaml:2:5" in text, text


def what_is_not_there_is_told_where_it_is_named(world):
    name = f"oci://{world.registry.host}/{NAME}:gone"
    text = world.fails("-f", world.file("gone.yaml", f"include:\n  - compose.yaml\n  - '{name}'\n"))
    assert f"gone.yaml:3:5: {name}: {world.registry.host} has nothing of that name: none" in text, text
    assert "\x1b" not in text, text
    assert "cannot be reached" in world.fails("-f", "oci://127.0.0.1:1/x")
    assert "must be lowercase" in world.fails("-f", "oci://127.0.0.1:1/X")
    assert 'invalid reference format: ""' in world.fails("-f", "oci://")
    for name in ("oci://--config", "oci://-v/x", "oci://../x", "oci://h/../x", "oci://h/x?a=b", "oci://h/x#y"):
        assert "invalid reference format" in world.fails("-f", name)


def an_image_is_no_project(world):
    name = world.registry.put("image", {"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}})
    text = world.fails("-f", name)
    assert f"{name}: not a Compose project, but application/vnd.oci.image.config.v1+json\n" in text, text


def a_registry_that_lies_is_not_believed(world):
    registry, before = world.registry, world.left()
    other = registry.layer("file+yaml", "services: {a: {image: a}}\n")
    registry.has[f"blobs/{other['digest']}"] = b"services: {a: {image: b}}\n"
    assert f"has for {other['digest']} is something else" in world.fails("-f", registry.project("other", other))
    long = registry.layer("file+yaml", "services: {a: {image: long}}\n")
    assert "is longer than 4 bytes" in world.fails("-f", registry.project("long", {**long, "size": 3}))
    assert "is something else" in world.fails("-f", registry.project("short", {**long, "size": 300}))
    registry.has["manifests/big"] = b" " * OVER_LIMIT
    assert "is longer than" in world.fails("-f", f"oci://{registry.host}/{NAME}:big")
    for name in ("../../here/.env", "/tmp/x", "..", "a/b"):
        layer = registry.layer("envfile", "X=1\n", envfile=name)
        assert "the artifact has a file" in world.fails("-f", registry.project("path", world.layers[0], layer))
    registry.has["manifests/loop"] = f"http://{registry.host}/v2/{NAME}/manifests/loop"
    assert "redirects" in world.fails("-f", f"oci://{registry.host}/{NAME}:loop")
    registry.has["manifests/file"] = "file:///etc/passwd"
    assert "cannot be reached" in world.fails("-f", f"oci://{registry.host}/{NAME}:file")
    assert world.left() == before


def a_blob_may_be_somewhere_else(world):
    elsewhere = Registry()
    layer = elsewhere.layer("file+yaml", "services: {far: {image: far}}\n")
    world.registry.has[f"blobs/{layer['digest']}"] = f"http://{elsewhere.host}/v2/{NAME}/blobs/{layer['digest']}"
    assert "image: far\n" in world.config("-f", world.registry.project("far", layer))


def a_password_is_shown_when_it_is_asked_for(world):
    registry = world.registry
    registry.login = "Basic " + base64.b64encode(LOGIN.encode()).decode()
    world.logins()
    text = world.fails("-f", world.name)
    assert f"{registry.host} wants to know who asks: who are you?\nLog in: docker login {registry.host}\n" in text, text
    world.logins(auth=base64.b64encode(b"user:wrong").decode())
    assert "does not let you have it" in world.fails("-f", world.name)
    world.logins(auth=base64.b64encode(LOGIN.encode()).decode())
    world.forget()
    assert "image: top\n" in world.config("-f", world.name)


def a_token_is_fetched_once(world):
    registry = world.registry
    registry.login = "Bearer secret"
    world.forget()
    registry.asked.clear()
    assert "image: top\n" in world.config("-f", world.name)
    tokens = [path for path in registry.asked if path.startswith("/token")]
    assert tokens == [f"/token?service=lab&scope=repository%3A{NAME.replace('/', '%2F')}%3Apull"], registry.asked
    world.logins(auth=base64.b64encode(b"user:wrong").decode())
    assert f"{registry.realm} gave no token: it answered 401" in world.fails("-f", world.name)
    world.logins(identitytoken="identity")
    registry.asked.clear()
    assert "image: top\n" in world.config("-f", world.name)
    assert "grant_type=refresh_token" in registry.asked[1], registry.asked


def a_token_comes_only_from_a_place_of_the_web(world):
    realm = world.registry.realm
    world.registry.realm = "file:///etc/passwd"
    assert "names no https:// place that gives tokens" in world.fails("-f", world.name)
    world.registry.realm, world.registry.login = realm, None


def what_is_published_is_what_is_got(world):
    registry = world.registry
    world.file("main.yaml", "services: {web: {image: x, extends: {file: ext.yaml, service: e}}}\n")
    world.file("ext.yaml", "services: {e: {image: e, hostname: e}}\n")
    for upload in (registry.upload, "http://{host}/v2/" + NAME + "/blobs/upload"):
        registry.upload = upload
        world.said("-f", "main.yaml", "publish", f"{registry.host}/{NAME}:new")
        text = world.config("-f", f"oci://{registry.host}/{NAME}:new")
        assert "hostname: e\n" in text and "image: x\n" in text, text
        manifest = json.loads(registry.has.pop("manifests/new"))
        for layer in manifest["layers"]:
            assert digest(registry.has.pop(f"blobs/{layer['digest']}")) == layer["digest"]
    registry.asked.clear()
    world.said("-f", "main.yaml", "publish", "--dry-run", f"{registry.host}/{NAME}:new")
    assert not registry.asked, registry.asked


def files_go_nowhere_but_to_the_registry(world):
    registry = world.registry
    for upload in ("http://127.0.0.1:1/x", "http://{host}0/x", "http://{host}@127.0.0.1:1/x", "//127.0.0.1:1/x", "x", "",
                   "file:///tmp/x"):
        registry.upload = upload
        ran = world.run("-f", "main.yaml", "publish", f"{registry.host}/{NAME}:none")
        assert ran.returncode == 1 and "manifests/none" not in registry.has, ran
        assert "does not say where a file goes" in ran.stderr, ran.stderr


def it_can_be_switched_off(world):
    assert "files of registries are switched off by COMPOSE_EXPERIMENTAL_OCI_REMOTE=0" in world.fails(
        "-f", world.name, COMPOSE_EXPERIMENTAL_OCI_REMOTE="0")


def completion_waits_for_nobody(world):
    world.registry.asked.clear()
    world.said("__complete", "--", "-f", world.name, "up", "")
    assert not world.registry.asked


CHECKS = [
    a_project_is_named_by_its_tag,
    its_files_are_as_docker_compose_has_them,
    it_is_named_by_its_digest,
    what_is_there_is_not_fetched_again,
    what_was_changed_is_put_right_and_the_rest_left_alone,
    a_local_project_includes_and_extends_one,
    a_list_of_manifests_names_one,
    what_is_wrong_in_it_has_a_place,
    what_is_not_there_is_told_where_it_is_named,
    an_image_is_no_project,
    a_registry_that_lies_is_not_believed,
    a_blob_may_be_somewhere_else,
    a_password_is_shown_when_it_is_asked_for,
    a_token_is_fetched_once,
    a_token_comes_only_from_a_place_of_the_web,
    what_is_published_is_what_is_got,
    files_go_nowhere_but_to_the_registry,
    it_can_be_switched_off,
    completion_waits_for_nobody,
]


place.main(World, CHECKS)
