"""nginx and Varnish on free loopback ports, with the configuration that the documentation shows."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest


DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to"

#: Seconds that a server may take until it listens; Varnish compiles its configuration first.
PATIENCE = 60

#: What the documented files say of this machine, which the tests replace.
DOCUMENTED_ORIGIN = ("127.0.0.1", "8000")

#: How the documented files mark the paragraph that other deliveries leave out.
INLINE_ONLY = 'WPR_DELIVERY = "inline" only'

#: What nginx needs around the part that a host writes.
NGINX_FRAME = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program(name: str) -> str | None:
    """Return the path of a server, which Debian puts where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """Return ``text`` with each first of a pair replaced by its second; each must be there exactly once."""
    for old, new in pairs:
        assert text.count(old) == 1, f"The documented configuration has {old!r} {text.count(old)} times."
        text = text.replace(old, new)
    return text


def documented(name: str, delivery: str) -> str:
    """Return a file of configuration that the documentation shows, as a site with this delivery has it."""
    paragraphs = (DOCS / name).read_text().split("\n\n")
    kept = [text for text in paragraphs if delivery == "inline" or INLINE_ONLY not in text]
    assert len(kept) == len(paragraphs) - (delivery != "inline")
    return "\n\n".join(kept)


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux; elsewhere the ordinary end has to do)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Server:
    """A cache in front of an origin: started on entering, stopped on leaving, whatever happens between."""

    name = ""
    program = ""
    package = ""

    def __init__(self, origin_port: int, folder: Path, delivery: str) -> None:
        self.folder = folder
        self.delivery = delivery
        self.port = free_port()
        self.origin_port = origin_port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens, as ``http://host:port``."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, executable: str) -> list[str]:
        """Write the configuration; return the command that runs the server in the foreground."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is started: define command().")

    def __enter__(self) -> Server:
        executable = program(self.program)
        if executable is None:
            pytest.skip(f"{self.name} is not installed here: apt-get install {self.package}.")
        self.folder.mkdir(parents=True)
        log = (self.folder / "output.log").open("wb")
        with log:
            self._process = subprocess.Popen(
                self.command(executable),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *args: Any) -> None:
        self._stop()

    def _wait(self) -> None:
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.name} does not listen:\n{self.output()}")

    def output(self) -> str:
        """Return what the server has said."""
        logs = (self.folder / name for name in ("output.log", "error.log"))
        return "\n".join(path.read_text(errors="replace") for path in logs if path.exists())

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        # Its children are in its session: workers of a master that did not end by itself.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait(10)
        self._process = None


class Nginx(Server):
    """nginx with ``proxy_cache``."""

    name = "nginx"
    program = "nginx"
    package = "nginx-light"

    @property
    def store(self) -> Path:
        """The folder of what is stored."""
        return self.folder / "pages"

    def kept(self) -> list[str]:
        """Return everything that is stored, headers and bodies, one text a copy."""
        return [path.read_bytes().decode(errors="replace") for path in self.store.rglob("*") if path.is_file()]

    def command(self, executable: str) -> list[str]:
        site = replaced(
            documented("nginx.conf", self.delivery),
            (":".join(DOCUMENTED_ORIGIN), f"127.0.0.1:{self.origin_port}"),
            ("listen 80;", f"listen 127.0.0.1:{self.port};"),
            ("/var/cache/nginx/pages", str(self.store)),
        )
        # As root its workers are somebody else, who may not look into the folder of a test.
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "site.conf").write_text(site)
        (self.folder / "nginx.conf").write_text(user + NGINX_FRAME.format(folder=self.folder))
        return [executable, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "error.log"]


class Varnish(Server):
    """Varnish with a VCL."""

    name = "Varnish"
    program = "varnishd"
    package = "varnish"

    def command(self, executable: str) -> list[str]:
        host, port = DOCUMENTED_ORIGIN
        site = replaced(
            documented("varnish.vcl", self.delivery),
            (f'.host = "{host}";\n    .port = "{port}";', f'.host = "{host}";\n    .port = "{self.origin_port}";'),
        )
        (self.folder / "site.vcl").write_text(site)
        return [
            executable,
            "-F",
            # As root its children are somebody else, who may not look into the folder of a test.
            *("-j", "none"),
            *("-n", str(self.folder / "work")),
            *("-a", f"127.0.0.1:{self.port}"),
            *("-f", str(self.folder / "site.vcl")),
            *("-s", "malloc,64m"),
            *("-p", "thread_pool_min=20"),
        ]


SERVERS: dict[str, type[Server]] = {"nginx": Nginx, "varnish": Varnish}
