"""The image's files, and the commands of the containers started here on them: a production server in small."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from celery import Celery

from codextime.config.settings import broker_url
from tests.hosting.files import OURS, ROOT, make_image_tree, service, web_command

START_SECONDS = 60
POLL_SECONDS = 0.1
HOST = {"Host": "codextime.example.org"}
THROUGH_PROXY = HOST | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def wait_until_200(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = httpx.get(url, headers=HOST)
            if answer.status_code == 200:
                return
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(POLL_SECONDS)


class Machine:
    """The image's files in a folder, with a database of their own; its programs log to one file."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.app = make_image_tree(folder)
        self.log = folder / "log"
        self.redis_url, self.namespace = os.environ["REDIS_URL"], secrets.token_hex(8)
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CODEXTIME_SECRET_KEY": secrets.token_urlsafe(48),
            "CODEXTIME_BASE_URL": "https://codextime.example.org",
            "EMAIL_URL": "none",
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
            "CODEXTIME_TRUSTED_PROXIES": "127.0.0.1",
            "CODEXTIME_NAMESPACE": self.namespace,
        }

    def run(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.app, env=self.environment | more, capture_output=True, text=True, check=False, timeout=90
        )

    @contextlib.contextmanager
    def running(self, command: list[str]) -> Iterator[None]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=self.app, env=self.environment, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.terminate()
                process.wait(START_SECONDS)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    name, server = f"hosting_{secrets.token_hex(4)}", os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield Machine(tmp_path_factory.mktemp("image"), f"{server.rpartition('/')[0]}/{name}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_image_holds_the_server_and_neither_tests_nor_secrets(machine: Machine) -> None:
    names = {str(path.relative_to(machine.app)) for path in machine.app.rglob("*") if path.is_file()}

    assert {name.partition("/")[0] for name in names} == {"manage.py", "codextime", "templates", "static"}
    assert {"codextime/ingest/contract/upload-v1.json", "templates/base.html", "codextime/py.typed"} <= names
    assert not [name for name in names if "test" in name or ".env" in name or name.endswith((".key", ".pyc"))]


@pytest.mark.soak  # starts all of a server's programs, as `.ci/run` does on Debian too
def test_its_commands_make_a_server_that_says_it_is_ready(machine: Machine) -> None:
    collected = machine.run(["python", "manage.py", "collectstatic", "--noinput"], PATH=machine.environment["PATH"])
    assert collected.returncode == 0, collected.stderr
    migrated = machine.run(service("migrate")["command"])
    assert migrated.returncode == 0, migrated.stderr
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    web = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in web_command()]
    with contextlib.ExitStack() as stack:
        for command in (web, *(service(name)["command"] for name in ("worker", "beat"))):
            stack.enter_context(machine.running(command))
        wait_until_200(f"{url}/healthz", machine.log)
        send_heartbeat(machine)  # beat's own first one comes after 15 seconds
        wait_until_200(f"{url}/readyz", machine.log)

        asked = machine.run(["python", "-m", "codextime.runtime.healthcheck", str(port)])
        alive = [machine.run(service(name)["healthcheck"]["test"][1:]) for name in ("worker", "beat")]
        assert [ended.returncode for ended in (asked, *alive)] == [0, 0, 0]

        unencrypted = httpx.get(f"{url}/accounts/login/", headers=HOST)
        page = httpx.get(f"{url}/accounts/login/", headers=THROUGH_PROXY)
        assert (unencrypted.status_code, unencrypted.headers["Location"][:8]) == (301, "https://")
        assert page.status_code == 200
        sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert httpx.get(url + sheet, headers=THROUGH_PROXY).status_code == 200

        admin = machine.run(["python", "manage.py", "make_admin", "ada@example.org"])
        assert admin.stdout.startswith("https://codextime.example.org/sign-in/")
    assert "Traceback" not in machine.log.read_text()


def send_heartbeat(machine: Machine) -> None:
    app = Celery(broker=broker_url(machine.redis_url))
    app.conf.broker_transport_options = {"global_keyprefix": f"{machine.namespace}:"}
    app.send_task("site.heartbeat")


def test_a_silent_process_and_a_dead_server_fail_their_health_checks(machine: Machine) -> None:
    asked = machine.run(["python", "-m", "codextime.runtime.healthcheck", "1"])
    silent = machine.run(["python", "manage.py", "heartbeat", "worker"], CODEXTIME_NAMESPACE="nobody")

    assert (asked.returncode, silent.returncode) == (1, 1)
    assert "Nothing was heard of the worker" in silent.stderr
    assert "Traceback" not in asked.stderr + silent.stderr


def test_every_command_names_a_program_of_the_image() -> None:
    names = {service(name).get("command", web_command())[0] for name in OURS}

    assert names == {"python", "gunicorn", "celery"}
    locked = (ROOT / "requirements" / "server.txt").read_text()
    assert all(f"\n{name}==" in f"\n{locked}" for name in names - {"python"})
    assert all(shutil.which(name, path=str(Path(sys.executable).parent)) for name in names)
