"""The embedded PostgreSQL: one cluster, reachable by a Unix socket only."""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from codextime.runtime import unprivileged
from codextime.runtime.errors import StartRefused
from codextime.runtime.processes import Process, spawn

DATABASE = "codextime"


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
        """Runs `initdb` when the folder holds no cluster yet; one that was cut short is made anew."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        unprivileged.own(unfinished)
        options = ["--username", DATABASE, "--auth", "trust", "--encoding", "UTF8"]
        options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        options += [] if self.is_durable else ["--no-sync"]
        made = self._run("initdb", "--pgdata", str(unfinished), *options)
        if made.returncode:
            raise StartRefused(f"PostgreSQL could not make its data folder {self.data}:\n{made.stderr.strip()}")
        unfinished.rename(self.data)

    def end_orphan(self) -> None:
        """Stops a server that still runs on this data though all that watched over it was killed."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--pgdata", str(self.data), "--mode", "fast", "--silent")

    def start(self, log: IO[bytes]) -> Process:
        """Starts the server, with no TCP port and its output in `log`."""
        settings = [
            f"unix_socket_directories={self.sockets}",
            "listen_addresses=",
            "unix_socket_permissions=0700",
        ]
        if not self.is_durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        flags = [argument for setting in settings for argument in ("-c", setting)]
        command = [str(self.programs / "postgres"), "-D", str(self.data), *flags]
        return spawn(command, log, **unprivileged.popen_arguments())

    def is_ending(self) -> bool:
        """After a SIGTERM it takes no new connection and waits for the open ones to be closed, which may take a minute.
        Its status is the last line of this file, as `pg_ctl` reads it."""
        with contextlib.suppress(OSError):
            return (self.data / "postmaster.pid").read_text().rstrip().endswith("stopping")
        return False

    def is_ready(self) -> bool:
        """True when it answers; makes our database the first time."""
        with contextlib.suppress(psycopg.OperationalError):
            with psycopg.connect(self.url.removesuffix(DATABASE) + "postgres", autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if not found:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
            return True
        return False

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs one of PostgreSQL's tools to its end; out of the session, so that a Ctrl-C does not cut it short."""
        return subprocess.run(
            [str(self.programs / program), *arguments],
            cwd="/",
            env=os.environ | {"LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            **unprivileged.popen_arguments(),
        )
