"""The `codextime` command: `up`, `login-link`, `pricing`, `check-totals` and `manage`."""

import argparse
import os
import sys

from codextime.runtime.errors import StartRefused, StopRequested
from codextime.runtime.start import INTERRUPTED

# Our commands that Django runs, and what they are to Django.
DJANGOS = {"manage": [], "pricing": ["pricing"], "check-totals": ["check_totals"]}
OTHERS_MAY_READ = 0o022  # the umask: programs that run as another user must read some files; secrets are made 0600


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 when it did what it should, 1 with a sentence on standard error when not."""
    os.umask(OTHERS_MAY_READ)
    parsed = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return run(parsed)
    except StartRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    except (StopRequested, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def parse(arguments: list[str]) -> argparse.Namespace:
    """What follows a command of Django's is for Django to read, options included."""
    own = 1 if arguments[:1] in ([name] for name in DJANGOS) else len(arguments)
    parsed = make_parser().parse_args(arguments[:own])
    parsed.arguments = arguments[own:]
    return parsed


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "codextime",
        description="Codextime on this machine. CODEXTIME_DATA= chooses the data folder, PORT= the port of `up`.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start everything and stay until Ctrl-C; SYNC=0 leaves this machine's Codex home")
    commands.add_parser("login-link", help="print a link that signs the owner in, once")
    commands.add_parser("pricing", help="import, confirm or check the public rates of estimates: pricing --help")
    commands.add_parser("check-totals", help="compare all totals with the calls; --fix makes those anew that differ")
    commands.add_parser("manage", help="run one of Django's commands on the data: manage help")
    return parser


def run(parsed: argparse.Namespace) -> int:
    """Imports only what the command needs."""
    from codextime.runtime.options import read_options

    options = read_options()
    if parsed.command == "up":
        from codextime.runtime.up import up

        up(options)
    elif parsed.command == "login-link":
        from codextime.runtime.manage import print_login_link

        print_login_link(options)
    else:
        from codextime.runtime.manage import manage

        manage(options, DJANGOS[parsed.command] + parsed.arguments)
    return 0
