"""Which of the named Codex homes are there to be read."""

import os
from pathlib import Path

from codextime_tracker.discovery import ADVICE
from codextime_tracker.exits import NothingToRead


def existing_homes(homes: list[Path], *, may_be_none: bool = False) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The Codex homes that can be read, each once; the others, and why not. Raises `NothingToRead` if there is none."""
    by_place = {os.path.realpath(home): home for home in homes}
    problems = {home: problem_with(home) for home in by_place.values()}
    missing = [(home, problem) for home, problem in problems.items() if problem]
    if len(missing) == len(problems) and not may_be_none:
        home, problem = missing[0]
        raise NothingToRead(f"No Codex home can be read at {home}: {problem}. {ADVICE}")
    return [home for home, problem in problems.items() if not problem], missing


def problem_with(home: Path) -> str:
    """Why the folder cannot be listed; empty if it can."""
    try:
        os.scandir(home).close()
    except FileNotFoundError:
        return "there is no such folder"
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
