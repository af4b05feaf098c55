"""The embedded broker and cache: one Valkey server on a Unix socket."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import redis

from codextime.runtime import unprivileged
from codextime.runtime.processes import Process, spawn


@dataclass(frozen=True)
class Broker:
    """It may lose everything (docs/architecture.md), so it saves nothing."""

    sockets: Path
    program: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "broker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self, log: IO[bytes]) -> Process:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "dir": str(self.sockets),
        }
        flags = [argument for name, value in options.items() for argument in (f"--{name}", value)]
        return spawn([str(self.program), *flags], log, **unprivileged.popen_arguments())

    def is_ending(self) -> bool:
        """It ends as soon as it is asked to."""
        return False

    def is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as connection:
            return bool(connection.ping())
        return False
