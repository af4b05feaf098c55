"""`codextime-tracker <userId>`: one run."""

from __future__ import annotations

import sys

from codextime_tracker.arguments import add_home, add_index, add_json, add_line, add_server, add_user, label, options_of
from codextime_tracker.exits import Exit
from codextime_tracker.terminal import ask, can_ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    add_user(parser)
    add_server(parser)
    add_home(parser)
    parser.add_argument(
        "--label", metavar="NAME", type=label, help='a name for this source on your dashboard, as "work laptop"'
    )
    parser.add_argument(
        "--group-by-session",
        action="store_true",
        help="tell which calls belong to one session, if the account wants it",
    )
    add_line(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--watch", action="store_true", help="go on, and send within seconds what Codex writes")
    add_json(either)
    parser.add_argument("--dry-run", action="store_true", help="print exactly what would be sent, and send nothing")
    add_index(parser)
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")


def run(parsed: Parsed, clock: Clock) -> int:
    from codextime_tracker.reports import print_outcome
    from codextime_tracker.sync import sync

    options = options_of(parsed)
    if parsed.dry_run:
        from codextime_tracker.preview import print_preview

        print_preview(options)
        return Exit.DONE
    is_attended = can_ask() and not options.is_quiet and not parsed.json
    outcome = sync(options, now=clock.now, sleep=clock.sleep, ask=ask if is_attended else None)
    if parsed.json:
        from codextime_tracker.run_report import as_json

        print(as_json(outcome))
    elif not options.is_quiet:
        print_outcome(outcome)
    if outcome.is_first and not parsed.watch and is_attended and sys.stdout.isatty():
        from codextime_tracker.commands.schedule import offer

        offer(options)
    if parsed.watch:
        from codextime_tracker.watching import watch

        watch(options, sleep=clock.sleep)
    return Exit.DONE
