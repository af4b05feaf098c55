"""What the person who starts Codextime may choose, by environment variables (docs/operations.md)."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from codextime.runtime.errors import StartRefused

NAME = "codextime"
ROOTS_DATA = Path("/var/lib/codextime")
DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Options:
    """`database_url` and `redis_url` name servers to use instead of the embedded ones; empty: embed them."""

    port: int
    data: Path
    is_data_chosen: bool
    codex_home: Path
    is_sync_wanted: bool
    database_url: str
    redis_url: str

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    def command(self, name: str, *, port: int | None = None) -> str:
        """How to run another of our commands on the same data, ready to copy."""
        port = port or (self.port if name == "up" and self.port != DEFAULT_PORT else None)
        chosen_port = f" PORT={port}" if port else ""
        chosen_data = f" CODEXTIME_DATA={shlex.quote(str(self.data))}" if self.is_data_chosen else ""
        return f"make {name}{chosen_port}{chosen_data}"


def read_options() -> Options:
    """Reads the environment; an empty variable counts as missing. `StartRefused` for nonsense."""
    chosen = os.environ.get("CODEXTIME_DATA", "")
    return Options(
        port=read_port(os.environ.get("PORT", "")),
        data=Path(chosen).expanduser().absolute() if chosen else default_data(),
        is_data_chosen=bool(chosen),
        codex_home=Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex").expanduser().absolute(),
        is_sync_wanted=read_switch("SYNC", os.environ.get("SYNC", "")),
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
    )


def default_data() -> Path:
    return ROOTS_DATA if os.geteuid() == 0 else Path(platformdirs.user_data_dir(NAME, appauthor=False))


def read_port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise StartRefused(f"PORT={text} is not a port: choose a number from 1024 to 65535, such as make up PORT=8001")
    return int(text)


def read_switch(name: str, text: str) -> bool:
    """True unless it is switched off."""
    if text not in ("", "0", "1"):
        raise StartRefused(f"{name}={text} is neither 0 nor 1.")
    return text != "0"
