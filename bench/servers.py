"""Django on servers of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from codextime.runtime.temporary import TemporaryServers

STARTS_WITHIN = 30  # seconds


@contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL that does not sync to disk and a broker, with every table and nothing in them.

    Import Django's models inside: they read the environment that is set here.
    """
    servers = TemporaryServers.start()
    try:
        os.environ |= {
            "CODEXTIME_MODE": "test",
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "DJANGO_SETTINGS_MODULE": "codextime.config.settings",
        }
        import django
        from django.conf import settings
        from django.core.management import call_command

        django.setup()
        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        yield
    finally:
        servers.stop()


def make_person(name: str) -> Any:
    from codextime.accounts.models import User

    return User.objects.create_user(f"{name}@example.org")


@contextmanager
def gunicorn(processes: int = 1) -> Iterator[int]:
    """The server as `codextime up` starts it, but for the number of its processes; the port."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        command = [sys.executable, "-m", "gunicorn", "codextime.config.wsgi", "--bind=127.0.0.1:0", "--preload"]
        flags = [f"--workers={processes}", "--worker-class=gthread", "--threads=4", "--log-level=info"]
        flags += ["--no-control-socket"]
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
