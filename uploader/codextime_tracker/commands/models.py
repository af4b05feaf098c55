"""`codextime-tracker models`, `models allow NAME` and `models disallow NAME`."""

from __future__ import annotations

from codextime_tracker.arguments import add_home, add_index, add_json, allowed_names_file, homes_of, index_of
from codextime_tracker.exits import Exit, UsageRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock
    from codextime_tracker.index import Index


def add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=["allow", "disallow"],
        metavar="allow|disallow",
        help="let a name leave, or no more",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="as the list shows it")
    add_home(parser)
    add_index(parser)
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    """Reads what is new first; sends nothing."""
    from codextime_tracker.custom_models import settle_names
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.opening import opened
    from codextime_tracker.sync import scan_home

    if parsed.action and not parsed.name:
        raise UsageRefused("Which name? See: codextime-tracker models")
    homes, _ = existing_homes(homes_of(parsed), may_be_none=True)
    with opened(index_of(parsed)) as index:
        for home in homes:
            scan_home(index, home, is_quiet=parsed.json)
        if parsed.action:
            change_name(index, parsed.action, parsed.name)
        else:
            settle_names(index, allowed_names_file())
            print_models(index, is_json=parsed.json)
    return Exit.DONE


def change_name(index: Index, action: str, name: str) -> None:
    from codextime_tracker.custom_models import allow_model, disallow_model
    from codextime_tracker.terminal import count, plain

    is_shown = action == "allow"
    calls = count((allow_model if is_shown else disallow_model)(index, allowed_names_file(), name), "call")
    how = "under that name" if is_shown else "as custom"
    print(f"{calls} of {plain(name)} will be sent {how}, by the next run.")


def print_models(index: Index, *, is_json: bool) -> None:
    from msgspec.json import encode

    from codextime_tracker.custom_models import list_custom_models
    from codextime_tracker.terminal import count, plain

    found = list_custom_models(index)
    if is_json:
        print(encode([each._asdict() for each in found]).decode())
    elif not found:
        print("Every model's name looks like OpenAI's: none is sent as custom.")
    for each in [] if is_json else found:
        state = "is sent by its name" if each.is_allowed else "is sent as custom"
        action = "disallow" if each.is_allowed else "allow"
        how = f"; to change that: codextime-tracker models {action} {plain(each.name)}"
        print(f"{plain(each.name)}: {count(each.calls, 'call')}, {state}" + (how if each.may_be_allowed else ""))
