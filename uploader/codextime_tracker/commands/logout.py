"""`codextime-tracker logout`: forgets upload tokens on this machine."""

from __future__ import annotations

from codextime_tracker.arguments import credentials_file, server, user_id
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    parser.add_argument("user_id", nargs="?", metavar="userId", type=user_id, help="only this user's")
    parser.add_argument("--server", metavar="URL", type=server, help="only this server's")


def run(parsed: Parsed, clock: Clock) -> int:
    from codextime_tracker.credentials import forget_pairings

    gone = forget_pairings(credentials_file(), user_id=parsed.user_id, server=parsed.server)
    for pairing in gone:
        print(f"Forgot the token of {pairing.user_id}. To end its access too, revoke it: {pairing.server}/devices")
    if not gone:
        print("There was no token to forget.")
    return Exit.DONE
