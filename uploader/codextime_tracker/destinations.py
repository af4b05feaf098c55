"""Who gets what, and whether there is anything for them that is new."""

from datetime import UTC, datetime
from typing import NamedTuple

from codextime_tracker.index import Index
from codextime_tracker.stored import Change

IN_THE_FUTURE = "in_the_future"  # the one reason for a refusal that time heals


class Destination(NamedTuple):
    """Who gets what: a server, a user there, and the source whose calls go to them. Each has a cursor of its own."""

    server: str
    user_id: str
    source_key: str

    def __str__(self) -> str:
        return " ".join(self)


def has_news(index: Index, destination: Destination, label: str | None, now: datetime) -> bool:
    """Whether there is anything to send; without it, no connection is opened."""
    return bool(
        index.find_pending_upload(str(destination))
        or index.changes_after(index.cursor(str(destination)), 1, destination.source_key)
        or new_label(index, destination, label)
        or refused_that_may_pass(index, destination, now)
    )


def new_label(index: Index, destination: Destination, label: str | None) -> str | None:
    """`label` unless the destination knows it already."""
    return None if label == index.find_label(str(destination)) else label


def refused_that_may_pass(index: Index, destination: Destination, now: datetime) -> list[Change]:
    """Calls that were refused because their time had not come, and whose time has come."""
    instant = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    numbers = [number for number, reason in index.refusals(str(destination)) if reason == IN_THE_FUTURE]
    changes = [change for number in numbers for change in index.changes_after(number - 1, 1, through=number)]
    return [change for change in changes if change.call.at <= instant]
