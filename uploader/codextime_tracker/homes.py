"""Which of the named Codex homes are there to be read."""

from __future__ import annotations

import os

from codextime_tracker.discovery import ADVICE
from codextime_tracker.exits import NothingToRead
from codextime_tracker.places import identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeVar

    Home = TypeVar("Home", str, Path)


def existing_homes(homes: list[Home], *, may_be_none: bool = False) -> tuple[list[Home], list[tuple[Home, str]]]:
    """The Codex homes that can be read, each once; the others, and why not. Raises `NothingToRead` if there is none."""
    by_place = {identity_of(home) or os.path.realpath(home): home for home in homes}
    problems = {home: problem_with(home) for home in by_place.values()}
    missing = [(home, problem) for home, problem in problems.items() if problem]
    if len(missing) == len(problems) and not may_be_none:
        home, problem = missing[0]
        raise NothingToRead(f"No Codex home can be read at {home}: {problem}. {ADVICE}")
    return [home for home, problem in problems.items() if not problem], missing


def problem_with(home: str | Path) -> str:
    """Why the folder cannot be listed; empty if it can."""
    try:
        os.scandir(home).close()
    except FileNotFoundError:
        in_wsl = name_in_wsl(str(home)) if os.name != "nt" else ""
        return "there is no such folder" + (f"; in WSL, that of Windows is {in_wsl}" if in_wsl else "")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def name_in_wsl(home: str) -> str:
    """Where Linux within Windows finds a folder of a drive of Windows; empty for any other name."""
    from pathlib import PureWindowsPath

    path = PureWindowsPath(home)
    drive = path.drive.lower().removesuffix(":")
    return "/".join(["/mnt", drive, *path.parts[1:]]) if len(drive) == 1 and path.root else ""
