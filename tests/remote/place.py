# SPDX-License-Identifier: Apache-2.0
"""Where davit is run, with a cache of its own."""
import os
import pathlib
import subprocess
import sys
import tempfile


class Place:
    def __init__(self, davit, directory):
        self.davit, self.directory = davit, directory
        self.here = directory / "here"
        self.cache = directory / "cache" / "docker-compose"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(directory), "XDG_CACHE_HOME": str(directory / "cache"),
                    "LC_ALL": "C.UTF-8"}
        self.here.mkdir()

    def run(self, *words, **env):
        return subprocess.run([self.davit, *words], cwd=self.here, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def said(self, *words, **env):
        ran = self.run(*words, **env)
        assert ran.returncode == 0, ran
        return ran.stdout

    def config(self, *words, **env):
        return self.said(*words, "config", **env)

    def fails(self, *words, **env):
        ran = self.run(*words, "config", **env)
        assert ran.returncode == 1 and not ran.stdout, ran
        return ran.stderr

    def file(self, name, text):
        (self.here / name).write_text(text)
        return name

    def left(self):
        """What is in the cache."""
        return sorted(path.name for path in self.cache.iterdir()) if self.cache.exists() else []


def main(world, checks):
    with tempfile.TemporaryDirectory() as directory:
        made = world(os.path.realpath(sys.argv[1]), pathlib.Path(directory))
        for check in checks:
            check(made)
            print("ok", check.__name__.replace("_", " "))
