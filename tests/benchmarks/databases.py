"""The database of a run: made, filled, and dropped at the end. Both hosts use the same one, with the same content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


#: Its last database; only keys of this run are written there, and they run out.
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/15")

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ROOT = Path(__file__).resolve().parents[2]

PLAIN, GATED, MIGRATING = (f"tests.benchmarks.host.{name}" for name in ("plain", "gated", "migrating"))


class Database:
    """One database and what a process needs to know of it."""

    def __init__(self, kind: str, name: str, folder: Path, *, redis: str = "") -> None:
        self.kind, self.name, self.folder = kind, name, folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("WPR_", "BENCH_"))},
            "BENCH_DATABASE": kind,
            "BENCH_DATABASE_NAME": name,
            "BENCH_FOLDER": str(folder),
            "BENCH_REDIS": redis,
            "PYTHONHASHSEED": "0",
        }
        self.readers: dict[str, Any] = {}

    def of_host(self, settings: str, **more: str) -> dict[str, str]:
        """Return the environment of a process of one of the hosts."""
        return {**self.environment, "DJANGO_SETTINGS_MODULE": settings, **more}

    def run(self, settings: str, *arguments: str, given: Any = None, **more: str) -> str:
        """Run Python in one of the hosts and return what it printed; an error ends the run with its output."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.of_host(settings, **more),
            input=json.dumps(given),
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
        return done.stdout

    def fill(self, strangers: int) -> None:
        """Migrate, and write the site and its readers."""
        self.run(MIGRATING, "-m", "django", "migrate", "--verbosity", "0")
        self.readers = json.loads(self.run(GATED, "-m", "tests.benchmarks.seeding", str(strangers)))

    def value(self, sql: str) -> Any:
        """Return the one value that a statement gives."""
        with self._connected() as connection:
            return connection.execute(sql).fetchone()[0]

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        if self.kind == SQLITE:
            import sqlite3

            connection: Any = sqlite3.connect(self.name)
        else:
            connection = _connect(self.name)
        try:
            yield connection
        finally:
            connection.close()


def _connect(name: str) -> Any:
    import psycopg

    host, user = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGUSER", "postgres")
    return psycopg.connect(host=host, user=user, dbname=name, autocommit=True, connect_timeout=5)


def why_not(kind: str) -> str:
    """Return why this machine cannot measure on a kind of database, or ``""``."""
    if kind == SQLITE:
        return ""
    try:
        _connect("postgres").close()
    except Exception as error:
        return f"PostgreSQL does not answer ({type(error).__name__})"
    return ""


def why_no_redis() -> str:
    """Return why a shared cache cannot be measured, or ``""``."""
    import redis

    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return f"Redis does not answer on {REDIS} ({type(error).__name__})"
    return ""


@contextmanager
def database(kind: str, *, strangers: int, redis: str = "") -> Iterator[Database]:
    """Give a filled database, and drop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="wpr-bench-") as folder:
        name = f"{folder}/db.sqlite3" if kind == SQLITE else f"wpr_bench_{os.getpid()}"
        made = Database(kind, name, Path(folder), redis=redis)
        if kind == SQLITE:
            made.fill(strangers)
            yield made
            return
        with _postgresql(name):
            made.fill(strangers)
            yield made


@contextmanager
def _postgresql(name: str) -> Iterator[None]:
    _statement(f"CREATE DATABASE {name}")
    try:
        yield
    finally:
        _statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def copy_of(original: Database) -> Iterator[str]:
    """Give the name of a copy of a PostgreSQL database that nobody is connected to, and drop it afterwards."""
    name = f"{original.name}_small"
    _statement(f"CREATE DATABASE {name} TEMPLATE {original.name}")
    try:
        yield name
    finally:
        _statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _statement(sql: str) -> None:
    connection = _connect("postgres")
    try:
        connection.execute(sql)
    finally:
        connection.close()
