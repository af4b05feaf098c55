"""`codextime-tracker doctor`."""

from __future__ import annotations

import json
import os
import sys

from codextime_tracker.arguments import (
    add_home,
    add_index,
    add_json,
    add_server,
    homes_of,
    index_of,
    server_of_environment,
    user_id,
)
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    add_home(parser)
    add_server(parser)
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add_index(parser)
    add_json(parser)
    parser.add_argument(
        "--reconcile",
        action="store_true",
        help="compare the index with all that the server has, and settle the difference",
    )
    parser.add_argument("user_id", nargs="?", metavar="userId", type=user_id, help="for whom to reconcile")


def run(parsed: Parsed, clock: Clock) -> int:
    return reconcile(parsed, clock) if parsed.reconcile else check(parsed, clock)


def reconcile(parsed: Parsed, clock: Clock) -> int:
    """A run that compares the index with the server first, for one user."""
    from codextime_tracker.arguments import credentials_file, options_of
    from codextime_tracker.labelling import only_user
    from codextime_tracker.reports import print_outcome
    from codextime_tracker.sync import sync

    if parsed.user_id is None:
        parsed.user_id = only_user(credentials_file(), parsed.server or server_of_environment())
    print_outcome(sync(options_of(parsed), now=clock.now, sleep=clock.sleep, is_reconciling=True))
    return Exit.DONE


def check(parsed: Parsed, clock: Clock) -> int:
    """Prints each finding as soon as it is known; the exit code is that of the first problem."""
    from codextime_tracker.doctor import examine, exit_of, lines_of, summary
    from codextime_tracker.places import CREDENTIALS, data_folder
    from codextime_tracker.terminal import print_lines

    findings = []
    for finding in examine(
        homes=homes_of(parsed),
        index=index_of(parsed),
        credentials=data_folder() / CREDENTIALS,
        server=parsed.server or server_of_environment(),
        token=os.environ.get("CODEXTIME_TOKEN", "").strip(),
        allow_http=parsed.allow_http,
        now=clock.now,
    ):
        findings.append(finding)
        if not parsed.json:
            print_lines(lines_of(finding), sys.stdout)
            sys.stdout.flush()
    if parsed.json:
        shown = [{name: getattr(each, name) for name in ("state", "about", "text", "advice")} for each in findings]
        print(json.dumps({"exit": exit_of(findings), "findings": shown}, indent=2))
    else:
        print(summary(findings))
    return exit_of(findings)
