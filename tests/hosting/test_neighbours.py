"""The containers that are not ours, started here with the flags that docker-compose.yml gives them."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from redis import Redis, RedisError

from codextime.runtime import binaries
from tests.hosting.files import service
from tests.ports import find_free_port

START_SECONDS = 60
POLL_SECONDS = 0.02


class Told(BaseHTTPRequestHandler):
    """Answers with the headers it was sent, as our server behind the proxy would see them."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers).encode())

    def log_message(self, *_arguments: object) -> None:
        """Writes no log into the tests' output."""


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(START_SECONDS)


@contextmanager
def broker(folder: Path) -> Iterator[Redis]:
    """Valkey, or Debian's Redis where that is installed, with the file's flags; only where it listens is ours."""
    program = shutil.which("redis-server") or str(binaries.broker_program(folder))
    socket = folder / "broker.sock"
    flags = service("valkey")["command"][1:]
    with running([program, *flags, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]):
        connection = Redis(unix_socket_path=str(socket), decode_responses=True)
        deadline = time.monotonic() + START_SECONDS
        while not is_answering(connection):
            assert time.monotonic() < deadline
            time.sleep(POLL_SECONDS)
        yield connection


def is_answering(connection: Redis) -> bool:
    with contextlib.suppress(RedisError):
        return bool(connection.ping())
    return False


def test_the_broker_keeps_its_queues_when_it_is_killed(tmp_path: Path) -> None:
    with broker(tmp_path) as connection:
        connection.rpush("queue", "message")

    with broker(tmp_path) as connection:
        assert connection.lrange("queue", 0, -1) == ["message"]


def test_a_full_broker_gives_up_what_is_cached_and_no_queue(tmp_path: Path) -> None:
    with broker(tmp_path) as connection:
        settings = connection.config_get("maxmemory*")

    limit = service("valkey")["deploy"]["resources"]["limits"]["memory"]
    assert settings["maxmemory-policy"] == "volatile-lru"
    assert 2 * int(settings["maxmemory"]) <= int(limit.removesuffix("M")) * 2**20  # rewriting its file takes a copy


@pytest.mark.debian
def test_the_brokers_health_check_says_whether_it_answers(tmp_path: Path) -> None:
    check = [part.replace("valkey", "redis") for part in service("valkey")["healthcheck"]["test"][1:]]

    with broker(tmp_path):
        alive = subprocess.run([check[0], "-s", tmp_path / "broker.sock", *check[1:]], check=False)
    dead = subprocess.run([check[0], "-s", tmp_path / "broker.sock", *check[1:]], check=False, capture_output=True)

    assert (alive.returncode, dead.returncode) == (0, 1)


@pytest.mark.django_db
def test_the_databases_health_check_says_whether_it_answers(tmp_path: Path) -> None:
    from django.db import connection

    check = service("postgres")["healthcheck"]["test"][1:]
    check[0] = shutil.which(check[0]) or str(binaries.postgres_folder(tmp_path) / check[0])
    host, port = str(connection.settings_dict["HOST"]), str(connection.settings_dict["PORT"] or 5432)

    alive = subprocess.run(check, env=os.environ | {"PGHOST": host, "PGPORT": port}, check=False)
    dead = subprocess.run(check, env=os.environ | {"PGHOST": str(tmp_path)}, check=False)

    assert (alive.returncode, dead.returncode) == (0, 2)


@pytest.mark.debian
def test_the_proxy_says_who_asks_and_takes_nobodys_word_for_it(tmp_path: Path) -> None:
    upstream = HTTPServer(("127.0.0.1", 0), Told)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port = find_free_port()
    command = [part.replace("web:8000", f"127.0.0.1:{upstream.server_port}") for part in service("proxy")["command"]]
    command[command.index("--from") + 1] = f":{port}"  # with a name it would make certificates for this machine

    with running(command):
        told = ask(
            f"http://127.0.0.1:{port}",
            {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"},
        )
    upstream.shutdown()

    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
    assert told["X-Forwarded-Host"] == told["Host"] == f"127.0.0.1:{port}"


def ask(url: str, headers: dict[str, str]) -> dict[str, str]:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            lines = httpx.get(url, headers=headers).text.splitlines()
            return dict(line.split(": ", 1) for line in lines if line)
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
