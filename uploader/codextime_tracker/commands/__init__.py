"""The commands, a module each with `add_arguments` and `run`. A new one is a line here and such a module."""

import argparse
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import NamedTuple, Protocol


class Clock(NamedTuple):
    """When the command was given, and how it waits."""

    now: datetime
    sleep: Callable[[float], None]


class CommandModule(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, parsed: argparse.Namespace, clock: Clock) -> int:
        """The exit code."""


class Command(NamedTuple):
    """`usage` and `sentence` stand in the list of commands; both are what `--help` and the README say."""

    name: str
    usage: str
    sentence: str

    @property
    def module(self) -> CommandModule:
        """Imported when it is asked for: other commands do not need it."""
        module: CommandModule = import_module(f"{__name__}.{self.name}")
        return module


SYNC = Command("sync", "<userId>", "count what is new in Codex's logs and send it (your dashboard shows the id: u_...)")
COMMANDS = {
    command.name: command
    for command in (
        Command("status", "status", "show what was used today, this week and in all, and what waits to be sent"),
        Command("doctor", "doctor", "check everything that a run needs, and say what to do; changes nothing"),
        Command("export", "export", "write every call found; needs no account and no network"),
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
