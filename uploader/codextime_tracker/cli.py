"""The command line: reads what was asked, starts it, and turns every end into a sentence and an exit code."""

import argparse
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codextime_tracker import __version__
from codextime_tracker.exits import Exit, Stopped, UsageRefused

if TYPE_CHECKING:
    from codextime_tracker.sync import Options

COMMANDS = """
commands:
  <userId>          count what is new in Codex's logs and send it (your dashboard shows the id: u_...)
  export            write every call found as JSON lines; needs no account
  logout [userId]   forget the upload tokens on this machine
  version           print the version

codextime-tracker COMMAND --help says more.

examples:
  codextime-tracker u_yourid --server https://codextime.example.org    the first time
  codextime-tracker u_yourid                                           from then on
  codextime-tracker u_yourid --dry-run                                 see what would be sent
  codextime-tracker u_yourid --label "work laptop"                     name what this machine sends
  codextime-tracker export --out calls.jsonl                           keep the counts in a file of your own

from the environment:
  CODEXTIME_SERVER  the server's address, for --server
  CODEXTIME_TOKEN   an upload token, where nobody can approve in a browser: the one that a
                    pairing elsewhere left in credentials.json (see the README)
  CODEX_HOME        Codex's folder, for --codex-home

exit codes:
""" + "\n".join(f"  {end.value:>3}  {end.sentence}" for end in Exit)
USER_ID = re.compile(r"u_[a-z0-9]{4,22}")


def main(arguments: list[str] | None = None, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Runs one command and returns its exit code (see `exits`). `sleep` is an argument for the tests' sake."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label or a path that the terminal cannot show
    try:
        code = run(sys.argv[1:] if arguments is None else arguments, sleep)
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
        place = traceback.extract_tb(error.__traceback__)[-1]
        # Without the error's own text, which may quote a log.
        complain(f"A defect in the tracker: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}.")
        complain("Please report this line. Nothing is lost: the next run goes on where this one stopped.")
        return Exit.DEFECT


def silence_output() -> None:
    """Nobody takes what is still to be written, and the interpreter would complain of that while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: list[str], sleep: Callable[[float], None]) -> int:
    commands = {"export": run_export, "logout": run_logout, "version": run_version}
    name = arguments[0] if arguments else None
    if name in commands:
        return commands[name](arguments[1:])
    return run_sync(arguments, sleep)


def run_sync(arguments: list[str], sleep: Callable[[float], None]) -> int:
    parsed = sync_parser().parse_args(arguments)
    from datetime import UTC, datetime

    from codextime_tracker.reports import print_outcome
    from codextime_tracker.sync import sync

    options = options_of(parsed)
    if parsed.dry_run:
        from codextime_tracker.preview import print_preview

        print_preview(options)
        return Exit.DONE
    outcome = sync(options, now=datetime.now(UTC), sleep=sleep)
    if not options.is_quiet:
        print_outcome(outcome)
    return Exit.DONE


def run_export(arguments: list[str]) -> int:
    from codextime_tracker import export

    parser = Parser("codextime-tracker export", description="Writes every call found, one JSON object a line.")
    export.add_arguments(parser)
    return export.run(parser.parse_args(arguments))


def run_logout(arguments: list[str]) -> int:
    parser = Parser("codextime-tracker logout", description="Forgets the upload tokens on this machine.")
    parser.add_argument("user_id", nargs="?", metavar="userId", type=user_id, help="only this user's")
    parser.add_argument("--server", metavar="URL", type=server, help="only this server's")
    parsed = parser.parse_args(arguments)
    from codextime_tracker.credentials import forget_pairings

    gone = forget_pairings(credentials_file(), user_id=parsed.user_id, server=parsed.server)
    for pairing in gone:
        print(f"Forgot the token of {pairing.user_id}. To end its access too, revoke it: {pairing.server}/devices")
    if not gone:
        print("There was no token to forget.")
    return Exit.DONE


def run_version(arguments: list[str]) -> int:
    Parser("codextime-tracker version", description="Prints the version.").parse_args(arguments)
    print(f"codextime-tracker {__version__}")
    return Exit.DONE


class Parser(argparse.ArgumentParser):
    """Says how to get help after each complaint, and never takes a shortened option for another."""

    def __init__(self, prog: str, *, description: str, epilog: str | None = None) -> None:
        style = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, description=description, epilog=epilog, formatter_class=style, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        complain(f"{message}. See: {self.prog} --help")
        raise SystemExit(Exit.USAGE)


def sync_parser() -> Parser:
    parser = Parser(
        "codextime-tracker",
        description="Counts the tokens that OpenAI Codex used on this machine, and uploads counts only.",
        epilog=COMMANDS,
    )
    add = parser.add_argument
    add("user_id", metavar="userId", type=user_id, help="your id, as on your dashboard: u_...")
    add(
        "--server",
        metavar="URL",
        type=server,
        help="the server's address (or CODEXTIME_SERVER); remembered after pairing",
    )
    add(
        "--codex-home",
        metavar="DIR",
        type=Path,
        action="append",
        help="Codex's folder (else CODEX_HOME, ~/.codex); may be repeated",
    )
    add("--label", metavar="NAME", type=label, help='a name for this source on your dashboard, as "work laptop"')
    add("--no-browser", action="store_true", help="only print the link for pairing")
    add("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add("--dry-run", action="store_true", help="print exactly what would be sent, and send nothing")
    add("--index", metavar="FILE", type=Path, help="keep the local index there")
    add("--quiet", action="store_true", help="say nothing but errors")
    return parser


def options_of(parsed: argparse.Namespace) -> "Options":
    from codextime_tracker.places import INDEX, data_folder, default_codex_home
    from codextime_tracker.sync import Options

    folder = data_folder()
    named = os.environ.get("CODEXTIME_SERVER")
    return Options(
        user_id=parsed.user_id,
        homes=parsed.codex_home or [default_codex_home()],
        index=parsed.index or folder / INDEX,
        credentials=credentials_file(),
        server=parsed.server or (server(named) if named else None),
        token=token(os.environ.get("CODEXTIME_TOKEN", "").strip()),
        label=parsed.label,
        opens_browser=not parsed.no_browser,
        allow_http=parsed.allow_http,
        is_quiet=parsed.quiet,
    )


def credentials_file() -> Path:
    """Made safe before its first use; what was wrong with it is said."""
    from codextime_tracker.credentials import make_safe
    from codextime_tracker.places import CREDENTIALS, data_folder

    path = data_folder() / CREDENTIALS
    complain(*make_safe(path))
    return path


def user_id(text: str) -> str:
    if not USER_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a user id (u_...) nor a command")
    return text


def server(text: str) -> str:
    from codextime_tracker.addresses import parse_server

    return str(parse_server(text))


def token(text: str) -> str | None:
    from codextime_tracker.credentials import is_token

    if text and not is_token(text):
        raise UsageRefused("CODEXTIME_TOKEN holds no upload token: one is cxt_ and 40 letters and digits.")
    return text or None


def label(text: str) -> str:
    from codextime_tracker.allowlist import longest_label

    text = text.strip()
    if len(text) > longest_label():
        raise argparse.ArgumentTypeError(f"a label has at most {longest_label()} characters, and this one {len(text)}")
    if not text or not text.isprintable():
        raise argparse.ArgumentTypeError("a label is one line of characters that can be shown")
    return text


def complain(*texts: str) -> None:
    for text in texts:
        print(text, file=sys.stderr)
