"""The servers that are asked: gunicorn with two workers for each host."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.databases import ROOT, Database


WORKERS = 2
#: Seconds that a server may take before it answers.
START = 60.0


class Server:
    """A host behind gunicorn on a free loopback port."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int) -> None:
        self.name, self.process, self.port = name, process, port
        self.address = f"http://127.0.0.1:{port}"

    def get(self, path: str, cookies: str = "") -> str:
        """Return a page as a reader gets it."""
        request = urllib.request.Request(f"{self.address}{path}", headers={"Cookie": cookies, "Host": "localhost"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return str(answer.read().decode())

    def cpu_seconds(self) -> float:
        """Return the processor time that the server's processes have used so far."""
        pids = [self.process.pid, *_children(self.process.pid)]
        return sum(_cpu_ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(name: str, database: Database, settings: str, **more: str) -> Iterator[Server]:
    """Serve a host, and end the server afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "error", "tests.benchmarks.host.wsgi"]
    with open(database.folder / f"{name}.log", "wb") as log:
        environment = database.of_host(settings, **more)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            server = Server(name, process, port)
            wait_for(f"{server.address}/", process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as a server answers.

    :raises SystemExit: where its process ends, or it does not answer in time.
    """
    deadline = time.monotonic() + START
    while True:
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310  (an address of our own)
            return
        except urllib.error.HTTPError:
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"A server to be measured does not answer on {address}: {error}.") from error
            time.sleep(0.1)
