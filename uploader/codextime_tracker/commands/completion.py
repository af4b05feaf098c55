"""`codextime-tracker completion bash|zsh|fish`."""

import argparse

from codextime_tracker.commands import Clock
from codextime_tracker.exits import Exit

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


def run(parsed: argparse.Namespace, clock: Clock) -> int:
    from codextime_tracker.completion import write_script

    print(write_script(parsed.shell), end="")
    return Exit.DONE
