"""The command line: starts one subcommand, and turns what stopped it into a message and an exit code."""

import argparse
import sys
from collections.abc import Sequence

from codextime_tracker import export
from codextime_tracker.exits import Exit, Stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code, as listed in the README."""
    parsed = parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except Stopped as stopped:
        print(f"codextime-tracker: {stopped}", file=sys.stderr)
        return int(stopped.exit)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="codextime-tracker", description="Counts the tokens that OpenAI Codex used.")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    about = "write every call found as JSON Lines, without account or network"
    command = commands.add_parser("export", help=about, description=about)
    export.add_arguments(command)
    command.set_defaults(run=export.run)
    return made
