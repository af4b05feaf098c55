"""`codextime-tracker label NAME`: renames what this machine sends."""

from __future__ import annotations

from codextime_tracker.arguments import (
    add_home,
    add_index,
    add_json,
    add_server,
    credentials_file,
    label,
    options_of,
    server_of_environment,
    user_id,
)
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    parser.add_argument("label", metavar="NAME", type=label, help='as "work laptop"')
    parser.add_argument(
        "user_id", nargs="?", metavar="userId", type=user_id, help="whose; needed if several are paired here"
    )
    add_server(parser)
    add_home(parser)
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add_index(parser)
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    import json

    from codextime_tracker.labelling import only_user, set_label

    if parsed.user_id is None:
        parsed.user_id = only_user(credentials_file(), parsed.server or server_of_environment())
    server, sources = set_label(options_of(parsed), parsed.label, sleep=clock.sleep)
    if parsed.json:
        shown = {"server": str(server), "user": parsed.user_id, "label": parsed.label, "sources": sources}
        print(json.dumps(shown, indent=2))
        return Exit.DONE
    whose = "What this Codex home sends" if sources == 1 else f"What these {sources} Codex homes send"
    print(f'{whose} is now called "{parsed.label}" on {server}. No call was sent again.')
    return Exit.DONE
