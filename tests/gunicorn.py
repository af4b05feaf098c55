"""The server as it is run for people: gunicorn in a process of its own, on the database and broker of the tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx
from django.conf import settings
from django.db import connection

from tests.lines import Address, Line, line_to

START_SECONDS = 60
COMMAND = [*(sys.executable, "-m", "gunicorn", "codextime.config.wsgi"), "--worker-class=gthread", "--threads=4"]


@dataclass
class Served:
    """A running server, what it logs, its environment, and the lines that it reaches its database and its broker by."""

    url: str
    log: Path
    environment: dict[str, str]
    database: Line
    broker: Line


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """`folder` gets the log; `options` are further ones of gunicorn's."""
    with ExitStack() as stack:
        database, broker = (
            stack.enter_context(line_to(database_address())),
            stack.enter_context(line_to(broker_address())),
        )
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        log = stack.enter_context((folder / "web.log").open("wb"))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = environment(url, database, broker)
        process = subprocess.Popen(
            [*COMMAND, f"--bind=fd://{listener.fileno()}", *options],
            env=variables,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        wait_for(url, process)
        yield Served(url, Path(log.name), variables, database, broker)


def environment(url: str, database: Line, broker: Line) -> dict[str, str]:
    name, user, password = (quote(str(connection.settings_dict[key])) for key in ("NAME", "USER", "PASSWORD"))
    return os.environ | {
        "CODEXTIME_SECRET_KEY": settings.SECRET_KEY,
        "CODEXTIME_BASE_URL": url,
        "DATABASE_URL": f"postgres://{user}:{password}@127.0.0.1:{database.port}/{name}?connect_timeout=2",
        "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
    }


def database_address() -> Address:
    host, port = connection.settings_dict["HOST"], int(connection.settings_dict["PORT"] or 5432)
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host or "127.0.0.1", port)


def broker_address() -> Address:
    parts = urlsplit(os.environ["REDIS_URL"])
    return unquote(parts.path) if parts.scheme == "unix" else (parts.hostname or "127.0.0.1", parts.port or 6379)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "gunicorn ended."
        assert time.monotonic() < deadline, "gunicorn does not answer."
        try:
            httpx.get(f"{url}/healthz").raise_for_status()
        except httpx.HTTPError:  # nobody listens yet, or a busy machine has not come to its database
            time.sleep(0.05)
        else:
            return
