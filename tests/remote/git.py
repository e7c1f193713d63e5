#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compose files from git repositories, by the real git over the loopback. usage: git.py DAVIT"""
import socket
import subprocess
import threading

import place

FILES = {
    "compose.yaml": "services: {web: {image: top, build: .}}\n",
    "app/compose.yaml": "services: {web: {image: app, volumes: ['./data:/data', '../up:/up'],\n"
                        " environment: {A: '${A-none}', B: '${B-none}'}}}\n",
    "app/.env": "B=of the repository\n",
    "app/base.yaml": "services: {base: {extends: {file: ../compose.yaml, service: web}}}\n",
    "app/wrong.yaml": "services: {web: {imge: x}}\n",
    "empty/README": "no Compose file\n",
}
COMMIT_DIGITS = 40


class Server:
    """git daemon, one process a connection, on a port that was free."""

    def __init__(self, base):
        self.base, self.nconnections = base, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"git://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            self.nconnections += 1
            with connection:
                subprocess.run(["git", "daemon", "--inetd", "--export-all", f"--base-path={self.base}"],
                               stdin=connection, stdout=connection, stderr=subprocess.DEVNULL, check=False)


class World(place.Place):
    def __init__(self, davit, directory):
        super().__init__(davit, directory)
        self.env["GIT_CONFIG_NOSYSTEM"] = "1"
        self.source = directory / "source"
        for name, text in FILES.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_text(text)
        self.git("init", "-q", "-b", "main")
        self.first = self.commit("one")
        self.git("tag", "-a", "v1", "-m", "v1")
        self.git("checkout", "-q", "-b", "feature/main")
        (self.source / "compose.yaml").write_text("services: {other: {image: other}}\n")
        self.commit("the branch whose name ends with main")
        self.git("checkout", "-q", "main")
        self.git("clone", "-q", "--bare", ".", str(directory / "served" / "x.git"))
        self.server = Server(directory / "served")
        self.url = f"{self.server.url}/x.git"

    def git(self, *words):
        return subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=n@example.com", *words], cwd=self.source,
                              env=self.env, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")


def a_file_is_named_by_its_repository(world):
    text = world.config("-f", world.url)
    assert f"context: {world.cache}/{world.first}\n" in text and "name: here\n" in text, text
    assert world.left() == [world.first]


def paths_are_those_of_the_file_and_variables_those_of_here(world):
    world.file(".env", "A=of here\n")
    text = world.config("-f", f"{world.url}#main:app")
    assert f"source: {world.cache}/{world.first}/app/data\n" in text, text
    assert f"source: {world.cache}/{world.first}/up\n" in text, text
    assert "A: of here\n" in text and "B: none\n" in text, text


def an_included_file_has_its_own_env(world):
    text = world.config("-f", world.file("inc.yaml", f"include: ['{world.url}#main:app']\n"))
    assert f"source: {world.cache}/{world.first}/app/data\n" in text and "B: of the repository\n" in text, text


def a_service_extends_one_of_a_repository(world):
    text = world.config("-f", world.file(
        "ext.yaml", f"services: {{s: {{extends: {{file: '{world.url}#main:app/base.yaml', service: base}}}}}}\n"))
    assert f"context: {world.cache}/{world.first}\n" in text and "image: top\n" in text, text


def a_branch_is_not_another_that_ends_with_its_name(world):
    assert "image: top\n" in world.config("-f", f"{world.url}#main")
    assert "image: other\n" in world.config("-f", f"{world.url}#feature/main")


def tags_and_commits_are_refs(world):
    assert "image: top\n" in world.config("-f", f"{world.url}#v1")
    tag = world.git("rev-parse", "v1")
    assert tag in world.left() and tag != world.first
    before = world.server.nconnections
    assert "image: top\n" in world.config("-f", f"{world.url}#v1")
    assert world.server.nconnections == before + 1, "what is there is not fetched again"
    assert "image: top\n" in world.config("-f", f"{world.url}#{world.first}")
    assert world.server.nconnections == before + 1, "and a commit that is there asks nobody"


def a_repository_is_asked_once_a_run(world):
    before = world.server.nconnections
    world.config("-f", f"{world.url}#main", "-f", f"{world.url}#main:app/compose.yaml")
    assert world.server.nconnections == before + 1


def what_is_wrong_in_it_has_a_place(world):
    text = world.fails("-f", f"{world.url}#main:app/wrong.yaml")
    assert f"{world.url}#main:app/wrong.yaml:1:18: services.web: unknown key \"imge\"" in text, text
    assert "     1 | services: {web: {imge: x}}\n" in text, text
    text = world.fails("-f", world.file("chain.yaml", f"include: ['{world.url}?subdir=app/wrong.yaml']\n"))
    assert f"{world.url}#:app/wrong.yaml:1:18: " in text and "= included by chain.yaml:1:11" in text, text


def a_value_comes_from_the_repository(world):
    text = world.said("-f", f"{world.url}#v1", "config", "--provenance")
    assert f"{world.url}#v1:compose.yaml:1:25" in text, text


def a_name_may_have_codes_of_characters(world):
    assert "image: other\n" in world.config("-f", f"{world.url}#feature%2Fmain")
    assert "image: other\n" in world.config("-f", f"{world.url}?branch=feature%2Fmain")
    assert "image: app\n" in world.config("-f", f"{world.url}#main:%61pp%2Fcompose.yaml")
    assert "%25 is %" in world.fails("-f", f"{world.url}#mai%6")


def what_is_not_there_is_told_where_it_is_named(world):
    name = world.file("gone.yaml", f"include:\n  - compose.yaml\n  - '{world.url}#gone'\n")
    text = world.fails("-f", name)
    assert f"gone.yaml:3:5: {world.url}#gone: the repository has no branch or tag \"gone\"" in text, text
    assert "no compose.yaml" in world.fails("-f", f"{world.url}#main:empty")
    assert 'has no "none" at that commit' in world.fails("-f", f"{world.url}#main:none")
    text = world.fails("-f", f"{world.server.url}/none.git")
    assert "the repository cannot be read:\nfatal: " in text, text


def a_failed_fetch_leaves_nothing(world):
    before = world.left()
    text = world.fails("-f", f"{world.url}#{'0' * COMMIT_DIGITS}")
    assert "git fetch:\n" in text, text
    assert world.left() == before


def a_leftover_that_is_not_whole_is_replaced(world):
    directory = world.cache / world.first
    subprocess.run(["rm", "-r", directory], check=True)
    subprocess.run(["git", "init", "-q", directory], env=world.env, check=True, capture_output=True)
    assert "image: top\n" in world.config("-f", world.url)
    assert (directory / "app" / "base.yaml").exists()


def no_text_becomes_an_option_or_a_program(world):
    marker = world.directory / "ran"
    for name in (f"{world.url}#--upload-pack=touch {marker}", f"ext::touch {marker}", f"ext::touch% {marker}",
                 f"git@-oProxyCommand=touch {marker}:x.git", f"ssh://-oProxyCommand=touch%20{marker}/x.git",
                 f"file://{world.source}", f"{world.url}#main:../../x", f"{world.url}#main:/etc"):
        world.fails("-f", name)
    rewritten = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.ext::touch {marker} .insteadOf",
                 "GIT_CONFIG_VALUE_0": "git://rewritten/"}
    text = world.fails("-f", "git://rewritten/x.git", **rewritten)
    assert "transport 'ext' not allowed" in text, text
    assert not marker.exists()


def the_repository_around_is_left_alone(world):
    around = world.directory / "around"
    subprocess.run(["git", "init", "-q", around], env=world.env, check=True, capture_output=True)
    before = sorted(path for path in around.rglob("*"))
    subprocess.run(["rm", "-r", world.cache], check=True)
    text = world.config("-f", world.url, GIT_DIR=str(around / ".git"), GIT_WORK_TREE=str(around),
                        GIT_INDEX_FILE=str(around / ".git" / "index"))
    assert "image: top\n" in text
    assert sorted(path for path in around.rglob("*")) == before


def it_can_be_switched_off(world):
    assert "switched off by COMPOSE_EXPERIMENTAL_GIT_REMOTE=0" in world.fails(
        "-f", world.url, COMPOSE_EXPERIMENTAL_GIT_REMOTE="0")
    assert "neither true nor false" in world.fails("-f", world.url, COMPOSE_EXPERIMENTAL_GIT_REMOTE="some")


def without_git_it_says_so(world):
    empty = world.directory / "no-programs"
    empty.mkdir()
    assert "git is needed for this" in world.fails("-f", world.url, PATH=str(empty))


def other_urls_say_what_would_do(world):
    assert "ends with .git" in world.fails("-f", "https://127.0.0.1:1/compose.yaml")
    assert "oci:// names" in world.fails("-f", "ftp://127.0.0.1:1/x")


CHECKS = [
    a_file_is_named_by_its_repository,
    paths_are_those_of_the_file_and_variables_those_of_here,
    an_included_file_has_its_own_env,
    a_service_extends_one_of_a_repository,
    a_branch_is_not_another_that_ends_with_its_name,
    tags_and_commits_are_refs,
    a_repository_is_asked_once_a_run,
    what_is_wrong_in_it_has_a_place,
    a_value_comes_from_the_repository,
    a_name_may_have_codes_of_characters,
    what_is_not_there_is_told_where_it_is_named,
    a_failed_fetch_leaves_nothing,
    a_leftover_that_is_not_whole_is_replaced,
    no_text_becomes_an_option_or_a_program,
    the_repository_around_is_left_alone,
    it_can_be_switched_off,
    without_git_it_says_so,
    other_urls_say_what_would_do,
]


place.main(World, CHECKS)
