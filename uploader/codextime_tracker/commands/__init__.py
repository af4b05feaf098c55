"""The commands, a module each with `add_arguments` and `run`. A new one is a line here and such a module."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any, Protocol

    from codextime_tracker.arguments import Parsed, Parser

    class CommandModule(Protocol):
        def add_arguments(self, parser: Parser) -> None: ...

        def run(self, parsed: Parsed, clock: Clock) -> int:
            """The exit code."""


class Clock:
    """When the command was given, which is now unless somebody says another instant, and how it waits."""

    def __init__(self, sleep: Callable[[float], None], now: datetime | None = None) -> None:
        self.sleep = sleep
        self.given_at = time.time()
        self.told_now = now

    @property
    def now(self) -> datetime:
        from datetime import UTC, datetime

        return self.told_now or datetime.fromtimestamp(self.given_at, UTC)


class Command:
    """`usage` and `sentence` stand in the list of commands; both are what `--help` and the README say. `needs_msgspec`:
    whatever it is to do."""

    def __init__(self, name: str, usage: str, sentence: str, *, needs_msgspec: bool = True) -> None:
        self.name = name
        self.usage = usage
        self.sentence = sentence
        self.needs_msgspec = needs_msgspec

    @property
    def module(self) -> CommandModule:
        """Imported when it is asked for: other commands do not need it."""
        # What `importlib` does, which would have to be loaded itself.
        module: Any = __import__(f"{__name__}.{self.name}", fromlist=["run"])
        return module  # type: ignore[no-any-return]


SYNC = Command("sync", "<userId>", "count what is new in Codex's logs and send it (your dashboard shows the id: u_...)")
COMMANDS = {
    command.name: command
    for command in (
        Command("status", "status", "show what was used today, this week and in all, and what waits to be sent"),
        Command("doctor", "doctor", "check everything that a run needs, and say what to do; changes nothing"),
        Command("export", "export", "write every call found; needs no account and no network", needs_msgspec=False),
        Command("inspect", "inspect PATH", "show what a rollout holds and how it is counted; stores and sends nothing"),
        Command("login", "login <userId>", "pair this machine, and send nothing yet"),
        Command("label", "label NAME", "rename what this machine sends; no call is sent again"),
        Command("schedule", "schedule ACTION", "send what is new every hour: install, status or remove"),
        Command(
            "models",
            "models",
            "list names of models that are sent as custom; `models allow NAME` sends one by its name; also: disallow",
        ),
        Command("sessions", "sessions on|off", "tell which calls belong to one session, or take that back"),
        Command("logout", "logout [userId]", "forget the upload tokens on this machine"),
        Command("completion", "completion SHELL", "print what completes commands and options in bash, zsh or fish"),
        Command("forget", "forget <userId>", "take back everything that this Codex home sent"),
        Command("version", "version", "print the version"),
    )
}
