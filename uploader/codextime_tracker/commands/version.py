"""`codextime-tracker version`."""

import argparse

from codextime_tracker import __version__
from codextime_tracker.commands import Clock
from codextime_tracker.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Takes none."""


def run(parsed: argparse.Namespace, clock: Clock) -> int:
    print(f"codextime-tracker {__version__}")
    return Exit.DONE
