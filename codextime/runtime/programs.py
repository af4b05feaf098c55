"""The programs of the server, as `codextime up` runs them, and the environment that they read (`config/env.py`)."""

import os
import signal
import socket
import sys
from dataclasses import dataclass

from codextime.runtime.data_folder import DataFolder

HOSTS = "localhost,127.0.0.1,[::1]"
WEB_PROCESSES = 2
WEB_THREADS = 16  # made when needed only; each slow or idle client of gunicorn's holds one
WORKER_PROCESSES = 1  # there is one user
PYTHON = [sys.executable, "-P"]  # nothing is imported from the folder that we happen to be in


@dataclass(frozen=True)
class Program:
    """What to run, how to ask it to stop, and which inherited files (listening sockets) it gets."""

    name: str
    command: list[str]
    stop_signal: signal.Signals = signal.SIGTERM
    files: tuple[int, ...] = ()


def server_environment(folder: DataFolder, *, base_url: str, database_url: str, redis_url: str) -> dict[str, str]:
    """The whole environment of the Django processes: strict hosts, sign-up closed, mail to files."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "codextime.config.settings",
        "CODEXTIME_MODE": "local",
        "CODEXTIME_SECRET_KEY": folder.secret_key(),
        "CODEXTIME_BASE_URL": base_url,
        "CODEXTIME_ALLOWED_HOSTS": HOSTS,
        "CODEXTIME_SIGN_UP": "closed",
        "CODEXTIME_MAIL_FOLDER": str(folder.mail),
        "CODEXTIME_STATIC_ROOT": str(folder.static),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


def web(sockets: list[socket.socket]) -> Program:
    """gunicorn on sockets that are ours, without an access log: paths may hold sign-in tokens."""
    binds = [argument for sock in sockets for argument in ("--bind", f"fd://{sock.fileno()}")]
    options = {
        "worker-class": "gthread",
        "workers": str(WEB_PROCESSES),
        "threads": str(WEB_THREADS),
        "graceful-timeout": "10",
        "forwarded-allow-ips": "",  # it would believe 127.0.0.1, from where everybody comes
        "log-level": "warning",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [*PYTHON, "-m", "gunicorn", "codextime.config.wsgi", "--preload", "--no-control-socket", *flags, *binds]
    return Program("web", command, files=tuple(sock.fileno() for sock in sockets))


def worker() -> Program:
    quiet = ["--without-gossip", "--without-mingle", "--loglevel=warning"]
    return Program("worker", celery("worker", f"--concurrency={WORKER_PROCESSES}", *quiet))


def beat() -> Program:
    return Program("beat", celery("beat", "--pidfile=", "--loglevel=warning"))


def reading_check() -> list[str]:
    """Ends well if the user it runs as may read all that the programs need (not before `prepare` made the pages)."""
    needed = "import celery, django, gunicorn, psycopg; from codextime.config import settings"
    return [*PYTHON, "-c", f"{needed}; (settings.ROOT / 'templates' / 'base.html').open()"]


def prepare() -> list[str]:
    return [*PYTHON, "-m", "codextime.runtime.prepare"]


def celery(*arguments: str) -> list[str]:
    return [*PYTHON, "-m", "celery", "--app=codextime.config.celery", "--quiet", *arguments]
