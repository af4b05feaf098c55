"""Runs by the clock: what is started, and that it can be started without anybody there."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from codextime_tracker.credentials import find_pairing
from codextime_tracker.exits import UsageRefused
from codextime_tracker.installs import find_permanent_program, own_program, way_to_install
from codextime_tracker.places import INDEX, data_folder, default_codex_home
from codextime_tracker.schedulers import Scheduler
from codextime_tracker.sync import Options

Ask = Callable[[str], bool]


class NotInstalled(UsageRefused):
    """The tracker runs from a cache that expires, and is installed nowhere."""


def install(scheduler: Scheduler, options: Options, *, ask: Ask, own: list[str] | None = None) -> list[str]:
    """Has it run every hour for the user; the command. Raises `NotInstalled`, `UsageRefused`, `SchedulerRefused`.

    `ask` is asked before anything is installed for it.
    """
    pairing = find_pairing(options.credentials, user_id=options.user_id, server=options.server)
    if pairing is None or not pairing.token:
        raise UsageRefused(
            f"Pair this machine first: codextime-tracker login {options.user_id}. A token of the environment is not "
            "there when a schedule starts the tracker."
        )
    program = permanent_program(own or own_program(), ask)
    command = [*place_of_own_files(), *program, *arguments(options, pairing.server)]
    scheduler.install(command)
    return command


def permanent_program(own: list[str], ask: Ask) -> list[str]:
    found = find_permanent_program(own)
    if found is not None:
        return found
    way = " ".join(way_to_install())
    if not ask(f"The tracker runs from a cache here that is cleared after days. Install it for good with `{way}`?"):
        raise NotInstalled(f"A schedule needs the tracker installed for good: {way}. Then run this again.")
    subprocess.run(way_to_install(), check=False)
    installed = find_permanent_program(own)
    if installed is None:
        raise NotInstalled(f"That did not install it where it can be found. Try yourself: {way}")
    return installed


def place_of_own_files() -> list[str]:
    """What stands before the program if the tracker's files are where a variable of this shell says."""
    named = os.environ.get("XDG_DATA_HOME", "")
    return ["/usr/bin/env", f"XDG_DATA_HOME={named}"] if Path(named).is_absolute() and os.name != "nt" else []


def arguments(options: Options, server: str) -> list[str]:
    """A scheduler knows none of this shell's variables, nor where it stands. What is usual is left out: a Windows task
    has no more than 261 characters."""
    words = [options.user_id, "--server", server]
    for home in options.homes:
        if home.absolute() != Path.home() / ".codex" or len(options.homes) > 1:
            words += ["--codex-home", str(home.absolute())]
    words += ["--allow-http"] if options.allow_http else []
    words += ["--index", str(options.index.absolute())] if options.index != data_folder() / INDEX else []
    return [*words, "--quiet"]


def is_offered(scheduler: Scheduler, options: Options) -> bool:
    """Whether there is nothing yet, and it would work: with a pairing of this machine's own, and the usual home."""
    return options.token is None and options.homes == [default_codex_home()] and scheduler.find() is None
