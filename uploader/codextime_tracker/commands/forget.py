"""`codextime-tracker forget <userId>`: takes back what this Codex home sent."""

from __future__ import annotations

import sys

from codextime_tracker.arguments import add_home, add_index, add_server, add_user, options_of
from codextime_tracker.exits import Exit, UsageRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock

FLAG = "--yes-take-it-back"


def add_arguments(parser: Parser) -> None:
    add_user(parser)
    add_server(parser)
    add_home(parser)
    parser.add_argument(FLAG, dest="is_sure", action="store_true", help="do not ask, for scripts")
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add_index(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    from codextime_tracker.forgetting import forget
    from codextime_tracker.terminal import count

    def confirm(text: str) -> bool:
        return parsed.is_sure or is_confirmed(text, parsed.user_id)

    forgotten = forget(options_of(parsed), confirm=confirm, sleep=clock.sleep)
    if not forgotten.calls:
        print(f"{forgotten.server} counts nothing of this Codex home: there was nothing to take back.")
        return Exit.DONE
    if taken := forgotten.calls - forgotten.waiting:
        print(f"Took back {count(taken, 'call')} from {forgotten.server}. The totals follow within seconds.")
    if forgotten.waiting:
        print(f"{count(forgotten.waiting, 'call')} still count: so many go only once you agree in the browser.")
        print(f"Open {forgotten.page}")
    print("What you use from now on is sent by the next run, if there is one.")
    return Exit.DONE


def is_confirmed(text: str, user_id: str) -> bool:
    """Whether the person types the user id. Raises `UsageRefused` if nobody is there to type."""
    if not sys.stdin.isatty():
        raise UsageRefused(f"{text} Nobody can confirm that here: run it in a terminal, or add {FLAG}.")
    print(text, file=sys.stderr)
    print(f"To do it, type {user_id}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == user_id
