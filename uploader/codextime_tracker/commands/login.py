"""`codextime-tracker login <userId>`: pairs this machine, and sends nothing."""

from __future__ import annotations

from codextime_tracker.arguments import add_line, add_server, add_user, options_of
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    add_user(parser)
    add_server(parser)
    add_line(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    from msgspec.structs import replace

    from codextime_tracker.sync import login

    # A token of the environment pairs nothing: what is wanted is one of this machine's own.
    server, is_new = login(replace(options_of(parsed), token=None), sleep=clock.sleep)
    if not is_new:
        print(f"This machine is paired with {parsed.user_id} on {server} already, and its token works.")
    print(f"Nothing was sent. To send: codextime-tracker {parsed.user_id}")
    return Exit.DONE
