"""`codextime-tracker sessions on|off`: whether this machine tells which calls belong to one session."""

from __future__ import annotations

from codextime_tracker.arguments import (
    add_index,
    add_server,
    credentials_file,
    options_of,
    server_of_environment,
    user_id,
)
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock

STATES = {
    True: "Calls are sent from here with a hash of their session, if the account groups them: {server}/settings",
    False: "Calls are sent from here without their session. To change that: codextime-tracker sessions on",
}
SWITCHED = {
    True: "From the next run on, calls carry a hash of their session; what was sent before follows.\n"
    "The account must want it, too: {server}/settings",
    False: "From now on no session is sent; the next run takes back what was sent from here.\n"
    "To delete it for all machines at once: {server}/settings",
}


def add_arguments(parser: Parser) -> None:
    actions = ["on", "off", "show"]
    parser.add_argument(
        "action", nargs="?", choices=actions, default="show", help="what is set is shown without it, too"
    )
    parser.add_argument(
        "user_id", nargs="?", metavar="userId", type=user_id, help="whose; needed if several are paired here"
    )
    add_server(parser)
    add_index(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    """Asks no server, and sends nothing."""
    from codextime_tracker.labelling import only_user
    from codextime_tracker.opening import opened
    from codextime_tracker.session_switches import find_switch, set_switch, settle_switches
    from codextime_tracker.sync import find_access

    if parsed.user_id is None:
        parsed.user_id = only_user(credentials_file(), parsed.server or server_of_environment())
    options = options_of(parsed)
    server, _ = find_access(options)
    with opened(options.index) as index:
        settle_switches(index, options.session_switches)
        if parsed.action != "show":
            is_on = parsed.action == "on"
            set_switch(index, options.session_switches, str(server), options.user_id, is_on=is_on)
        is_on = bool(find_switch(index, str(server), options.user_id))
    print((STATES if parsed.action == "show" else SWITCHED)[is_on].format(server=server))
    return Exit.DONE
