"""`codextime-tracker status`."""

from __future__ import annotations

from codextime_tracker.arguments import add_home, add_index, add_json, homes_of, index_of
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    add_home(parser)
    add_index(parser)
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    """Reads what is new first, unless another run is at it; sends nothing."""
    from codextime_tracker.archive import note_gone_homes
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.opening import opened_or_read
    from codextime_tracker.status import gather
    from codextime_tracker.status_report import as_json, print_status
    from codextime_tracker.sync import scan_home

    homes, missing = existing_homes(homes_of(parsed), may_be_none=True)
    with opened_or_read(index_of(parsed)) as (index, is_ours):
        scans = [scan_home(index, home, is_quiet=parsed.json) for home in homes] if is_ours else None
        if is_ours:
            note_gone_homes(index)
        status = gather(index, homes, scans, now=clock.now)
        notices = index.notices
    if parsed.json:
        print(as_json(status, missing))
    else:
        print_status(status, notices, missing)
    return Exit.DONE
