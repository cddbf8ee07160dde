"""The example publication in a folder of its own: seeded once for all tests, driven through its own processes."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest


ROOT = Path(__file__).resolve().parents[2]
MANAGE = ROOT / "example_project" / "manage.py"
#: Seconds that the demonstration may take until it answers.
PATIENCE = 120

#: Stands before every script that runs inside the example project.
PRELUDE = """
import json
import django
django.setup()
from django.test import Client
"""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process of the example project whose data is in ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "WPR_", "DJANGO_"))}
    return kept | {
        "DEMO_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(folder: Path, *arguments: str) -> str:
    """Run Python inside the example project; return what it printed. A failure raises with all of its output."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment(folder), text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def script(folder: Path, code: str) -> Any:
    """Run code inside the example project; return what it printed last, read as JSON."""
    return json.loads(run(folder, "-c", PRELUDE + code).strip().splitlines()[-1])


@contextmanager
def shared_folder(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder that all workers of a run share, held by one of them at a time."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "publication.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


def seeded_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a filled publication: filled once for all workers of a run, and changed by nobody."""
    with shared_folder(factory) as shared:
        folder = shared / "publication"
        if not folder.exists():
            making = shared / "publication-making"
            run(making, str(MANAGE), "demo", "--prepare")
            making.rename(folder)
    return folder


def told_once(factory: pytest.TempPathFactory, name: str, code: str) -> Any:
    """Return what ``script`` says of a copy of the filled publication, run once for all workers of a run."""
    seeded = seeded_folder(factory)
    with shared_folder(factory) as shared:
        told = shared / f"{name}.json"
        if not told.exists():
            copy = Path(shutil.copytree(seeded, shared / name))
            told.write_text(json.dumps(script(copy, code)), "utf-8")
        return json.loads(told.read_text("utf-8"))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A running demonstration with a copy of the filled publication. Use it in a ``with`` statement."""

    def __init__(self, seeded: Path, folder: Path, *, delivery: str = "inline") -> None:
        self.folder = folder
        self.delivery = delivery
        shutil.copytree(seeded, folder)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.said: list[str] = []
        self._heard = threading.Event()

    def __enter__(self) -> Demo:
        self._errors = (self.folder.parent / f"{self.folder.name}.errors").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGE), "demo"],
            cwd=ROOT,
            env=environment(self.folder) | {"PORT": str(self.port), "DELIVERY": self.delivery},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self._heard.wait(PATIENCE)
        if not any(line.startswith("Demo ready:") for line in self.said):
            self.__exit__()
            raise RuntimeError("The demonstration did not get ready:\n" + "\n".join(self.said) + self.errors())
        return self

    def __exit__(self, *_error: object) -> None:
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, kind)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self._errors.close()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.said.append(line.rstrip("\n"))
            if line.startswith("Demo ready:"):
                self._heard.set()
        self._heard.set()

    def errors(self) -> str:
        """Return what the server has written to its standard error so far."""
        return Path(self._errors.name).read_text("utf-8")

    def stand_behind(self, address: str, port: int) -> None:
        """Be known to readers by the address of a server in front."""
        self.address = address
        self._write(f"UPDATE wagtailcore_site SET port = {port}")

    def forget_limits(self) -> None:
        """Let the network of the tests start afresh, so that no test depends on how many ran before it."""
        self._write("DELETE FROM wagtail_wpr_limitcounter")

    def flood(self) -> None:
        """Use up what one network may post in an hour."""
        self._write("UPDATE wagtail_wpr_limitcounter SET used = 1000000 WHERE kind = 'post'")

    def _write(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as connection, connection:
            connection.execute(statement)
