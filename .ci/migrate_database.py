"""Runs every migration on a new database of the kind in ``WPR_TEST_DATABASE``, checks it, and drops it again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


NAME = f"wpr_migrate_{os.getpid()}"


def statement(sql: str) -> None:
    """Run one statement on the server, outside any database of ours."""
    if os.environ["WPR_TEST_DATABASE"] == "postgresql":
        import psycopg

        connection = psycopg.connect(
            host=os.environ.get("PGHOST", "127.0.0.1"),
            user=os.environ.get("PGUSER", "postgres"),
            dbname="postgres",
            autocommit=True,
        )
    else:
        import MySQLdb

        connection = MySQLdb.connect(
            host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
            user="root",
            password=os.environ.get("MYSQL_PWD", ""),
        )
    try:
        connection.cursor().execute(sql)
    finally:
        connection.close()


def main() -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["WPR_TEST_DATABASE_NAME"] = NAME
    characters = "" if os.environ["WPR_TEST_DATABASE"] == "postgresql" else " CHARACTER SET utf8mb4"
    statement(f"CREATE DATABASE {NAME}{characters}")
    try:
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("check", databases=["default"], fail_level="ERROR")
        connection.close()
    finally:
        statement(f"DROP DATABASE {NAME}")
    print("Every migration ran on a new database.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
