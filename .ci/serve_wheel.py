"""Serves a page with the installed wheel: the plain host, gated, behind Django's server, asked over HTTP.

Run with the Python of an environment that holds the wheel and nothing of this repository.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]
PAGE = """
home = Page.objects.get(depth=2)
front = home.add_child(instance=IndexPage(title="News", slug="news"))
Site.objects.update(root_page=front)
page = ArticlePage(title="Harbour", slug="harbour", date="2026-03-04", body=[
    ("paragraph", "<p>publicword before the line</p>"), ("wpr_break", None),
    ("paragraph", "<p>hiddenword after the line</p>")])
front.add_child(instance=page)
page.save_revision().publish()
import wagtail_wpr
print(json.dumps(wagtail_wpr.__file__))
"""


@contextlib.contextmanager
def server(host: object) -> Iterator[str]:
    """Django's server on a free port; gives its address and ends it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [host.python, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with open(host.folder / "server.log", "w") as log:
        process = subprocess.Popen(command, cwd=host.folder, env=host.environment, stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def fetch(address: str) -> str:
    """The page at an address, as soon as the server answers; at most half a minute is waited."""
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  (an address of our own)
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def main() -> int:
    sys.path.insert(0, str(ROOT / "tests" / "hosts"))
    from plain_host import PlainHost

    with tempfile.TemporaryDirectory() as folder:
        host = PlainHost(Path(folder) / "host")
        host.gate()
        host.manage("makemigrations", "news", "--verbosity", "0")
        host.manage("migrate", "--verbosity", "0")
        installed = Path(host.script(PAGE))
        assert ROOT / "wagtail_wpr" not in installed.parents, f"{installed} is the repository, not the wheel"
        with server(host) as address:
            page = fetch(f"{address}/harbour/")
        assert "publicword" in page, "the teaser is missing"
        assert 'data-wpr-wall="register"' in page, "the wall is missing"
        assert "hiddenword" not in page, "the body is there"
    print(f"A page was served with {installed.parent}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
