"""Starts an embedded PostgreSQL and an embedded broker on Unix sockets, for `codextime up` and for the tests."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
import redis

from codextime.runtime import binaries, reaper, unprivileged
from codextime.runtime.errors import StartRefused

DATABASE = "codextime"
START_SECONDS = 60
POLL_SECONDS = 0.02
BROKER_DATABASES = 64
SHORT_TEMPORARY_FOLDER = "/tmp"  # noqa: S108 - only mkdtemp uses it: 0700 and unpredictable


class Reaper:
    """The pipe to the process that ends our servers when we are gone (see `reaper`)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(reaper.__file__))],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end_later(self, process: subprocess.Popen[bytes], with_signal: signal.Signals) -> None:
        self._say(f"{process.pid} {int(with_signal)}")

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        self._say(f"forget {process.pid}")

    def remove_later(self, folder: Path) -> None:
        self._say(f"rmtree {folder}")

    def finish(self) -> None:
        """Ends all that was not taken back, now, and waits until it is done."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise RuntimeError("the reaper has no pipe")
        pipe.write(line + "\n")
        pipe.flush()


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL cluster: its data, its socket folder (0700, short: a socket path has about 107 bytes)."""

    data: Path
    sockets: Path
    programs: Path
    is_durable: bool = True

    @property
    def url(self) -> str:
        return f"postgres://{DATABASE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def make(self) -> None:
        """Runs `initdb` when the folder holds no cluster yet."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        unprivileged.own(unfinished)
        options = ["--username", DATABASE, "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        command = [str(self.programs / "initdb"), "--pgdata", str(unfinished), *options, *locale]
        made = subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=False, **unprivileged.popen_arguments()
        )
        if made.returncode:
            raise StartRefused(f"PostgreSQL could not make its data folder {self.data}:\n{made.stderr.strip()}")
        unfinished.rename(self.data)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts the server, with no TCP port and its output in `log`."""
        settings = [
            f"unix_socket_directories={self.sockets}",
            "listen_addresses=",
            "unix_socket_permissions=0700",
        ]
        if not self.is_durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        flags = [argument for setting in settings for argument in ("-c", setting)]
        return spawn([str(self.programs / "postgres"), "-D", str(self.data), *flags], log)

    def is_ready(self) -> bool:
        """True when it answers; makes our database the first time."""
        with contextlib.suppress(psycopg.OperationalError):
            with psycopg.connect(self.url.removesuffix(DATABASE) + "postgres", autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if not found:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
            return True
        return False


@dataclass(frozen=True)
class Broker:
    """One Valkey server on a Unix socket; it may lose everything (docs/architecture.md), so it saves nothing."""

    sockets: Path
    program: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "broker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "databases": str(BROKER_DATABASES),
            "dir": str(self.sockets),
        }
        flags = [argument for name, value in options.items() for argument in (f"--{name}", value)]
        return spawn([str(self.program), *flags], log)

    def is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as connection:
            return bool(connection.ping())
        return False


def spawn(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts a server as its unprivileged user, in a session of its own: a Ctrl-C must not reach it before us."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        start_new_session=True,
        **unprivileged.popen_arguments(),
    )


def wait_until_ready(name: str, process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    """Returns when the server answers; `StartRefused` with the end of its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            raise StartRefused(f"{name} did not start; the end of its log, {log}:\n{last_lines}")
        time.sleep(POLL_SECONDS)


def make_socket_folder(name: str) -> Path:
    """A short, private run-time folder for sockets, owned by the servers' user."""
    run_time = os.environ.get("XDG_RUNTIME_DIR", "") if os.geteuid() else ""
    parent = run_time if Path(run_time).is_absolute() and Path(run_time).is_dir() else SHORT_TEMPORARY_FOLDER
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    unprivileged.own(folder)
    return folder


@dataclass(frozen=True)
class TemporaryServers:
    """A PostgreSQL and a broker in a folder of their own, gone with the process that made them."""

    database_url: str
    redis_url: str
    reaper: Reaper

    @classmethod
    def start(cls) -> "TemporaryServers":
        folder = make_socket_folder("codextime-test")
        watch = Reaper()
        watch.remove_later(folder)
        postgres = Postgres(folder / "data", folder, binaries.postgres_folder(folder), is_durable=False)
        broker = Broker(folder, binaries.broker_program(folder))
        log = folder / "servers.log"
        with log.open("ab") as output:
            postgres.make()
            database_process, broker_process = postgres.start(output), broker.start(output)
        watch.end_later(broker_process, signal.SIGTERM)
        watch.end_later(database_process, signal.SIGINT)
        wait_until_ready("The broker", broker_process, broker.is_ready, log)
        wait_until_ready("PostgreSQL", database_process, postgres.is_ready, log)
        return cls(postgres.url, broker.url, watch)

    def stop(self) -> None:
        self.reaper.finish()
