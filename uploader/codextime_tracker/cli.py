"""The command line: reads what was asked, starts it, and turns every end into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
import time
from io import TextIOWrapper

from codextime_tracker.arguments import Parsed, complain
from codextime_tracker.commands import COMMANDS, SYNC, Clock
from codextime_tracker.exits import SENTENCES, Exit, Stopped
from codextime_tracker.quick_parsing import parse_quickly
from codextime_tracker.quick_start import import_msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from codextime_tracker.commands import Command
    from codextime_tracker.parsing import Parser

EPILOG = (
    """
commands:
"""
    + "\n".join(f"  {each.usage:<17} {each.sentence}" for each in (SYNC, *COMMANDS.values()))
    + """

codextime-tracker COMMAND --help says more.

examples:
  codextime-tracker u_yourid --server https://codextime.example.org    the first time
  codextime-tracker u_yourid                                           from then on
  codextime-tracker u_yourid --dry-run                                 see what would be sent
  codextime-tracker u_yourid --label "work laptop"                     name what this machine sends
  codextime-tracker status                                             see how much was used
  codextime-tracker export --out calls.jsonl                           keep the counts in a file of your own

from the environment:
  CODEXTIME_SERVER  the server's address, for --server
  CODEXTIME_TOKEN   an upload token, where nobody can approve in a browser: the one that a
                    pairing elsewhere left in credentials.json (see the README)
  CODEX_HOME        Codex's folder, for --codex-home

exit codes:
"""
    + "\n".join(f"  {code:>3}  {sentence}" for code, sentence in SENTENCES.items())
)


def main(
    arguments: list[str] | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    now: datetime | None = None,
) -> int:
    """Runs one command and returns its exit code (see `exits`). `sleep` and `now` are arguments for the tests' sake."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label or a path that the terminal cannot show
    try:
        code = run(sys.argv[1:] if arguments is None else arguments, Clock(sleep, now))
        sys.stdout.flush()
        return code
    except Stopped as stopped:
        complain(str(stopped), *getattr(stopped, "__notes__", []))
        return stopped.exit
    except KeyboardInterrupt:
        complain("\nStopped. What was sent is stored, the rest is kept for the next run.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        silence_output()
        return Exit.DONE
    except OSError as error:
        if error.filename is None:
            silence_output()
            complain(f"Cannot write any further: {error.strerror}. Nothing is lost: run this again.")
        else:
            complain(f"Cannot use {error.filename}: {error.strerror}. Nothing is lost: mend that and run this again.")
        return Exit.CANNOT_WRITE
    except Exception as error:  # noqa: BLE001 -- the last place that can turn a defect into a sentence
        import traceback
        from pathlib import Path

        place = traceback.extract_tb(error.__traceback__)[-1]
        # Without the error's own text, which may quote a log.
        complain(f"A defect in the tracker: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}.")
        complain("Please report this line. Nothing is lost: the next run goes on where this one stopped.")
        return Exit.DEFECT


def silence_output() -> None:
    """Nobody takes what is still to be written, and the interpreter would complain of that while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: list[str], clock: Clock) -> int:
    command = COMMANDS.get(arguments[0] if arguments else "")
    rest = arguments[1:] if command else arguments
    command = command or SYNC
    parsed = parse_quickly(command, rest) or parser_of(command).parse_intermixed_args(rest, Parsed())
    if command.needs_msgspec:
        import_msgspec()
    return command.module.run(parsed, clock)


def parser_of(command: Command) -> Parser:
    from codextime_tracker.parsing import Parser

    if command is SYNC:
        sentence = "Counts the tokens that OpenAI Codex used on this machine, and uploads counts only."
        parser = Parser("codextime-tracker", description=sentence, epilog=EPILOG)
    else:
        sentence = command.sentence[0].upper() + command.sentence[1:] + "."
        parser = Parser(f"codextime-tracker {command.name}", description=sentence)
    command.module.add_arguments(parser)
    return parser
