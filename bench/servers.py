"""Django on servers of its own."""

import contextlib
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from codextime.runtime.temporary import TemporaryServers

STARTS_WITHIN = 30  # seconds


@contextlib.contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL that does not sync to disk and a broker, with every table and nothing in them. The PostgreSQL that
    `DATABASE_URL` names, if it does, in a database of its own.

    Import Django's models inside: they read the environment that is set here.
    """
    servers = TemporaryServers.start()
    with contextlib.ExitStack() as stack:
        stack.callback(servers.stop)
        other = os.environ.get("DATABASE_URL")
        os.environ |= {
            "CODEXTIME_MODE": "test",
            "DATABASE_URL": stack.enter_context(own_database(other)) if other else servers.database_url,
            "REDIS_URL": servers.redis_url,
            "DJANGO_SETTINGS_MODULE": "codextime.config.settings",
        }
        import django
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        stack.callback(connection.close)
        importlib.import_module("codextime.config.wsgi")  # what it does to the process, too
        yield


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """A new database on the server of this URL, dropped at the end."""
    name = f"codextime_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def make_person(name: str) -> Any:
    from codextime.accounts.models import User

    return User.objects.create_user(f"{name}@example.org")


@contextlib.contextmanager
def gunicorn(processes: int = 1) -> Iterator[int]:
    """The server as `codextime up` starts it, but for its processes and patience; the port."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        command = [sys.executable, "-m", "gunicorn", "codextime.config.wsgi", "--bind=127.0.0.1:0", "--preload"]
        flags = [f"--workers={processes}", "--worker-class=gthread", "--threads=4", "--log-level=info"]
        flags += ["--no-control-socket", "--keep-alive=60"]  # a bench pauses for as long as its other steps take
        with log.open("w") as output, subprocess.Popen([*command, *flags], stdout=output, stderr=output) as process:
            try:
                yield find_port(log)
            finally:
                process.terminate()


def find_port(log: Path) -> int:
    """The port that gunicorn says it listens on."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if "Listening at: http://127.0.0.1:" in (text := log.read_text()):
            return int(text.split("Listening at: http://127.0.0.1:")[1].split()[0])
        time.sleep(0.05)
    raise TimeoutError(log.read_text())
