"""Today and this week, as the machine's owner lives them: in its time zone, weeks from Monday."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from codextime_tracker.index import Index
from codextime_tracker.stored import Totals


class Figures(Struct, frozen=True):
    today: Totals
    this_week: Totals
    all_time: Totals


def count_figures(
    index: Index, source_keys: list[str], now: datetime, zone: tzinfo | None = None, *, may_write: bool = False
) -> Figures:
    """Of these sources, or of all if none is named. `zone` is the machine's own if it is not given. Who `may_write` has
    the sums of all time remembered."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return Figures(
        days_total(index, source_keys, today, 1, zone),
        days_total(index, source_keys, monday, 7, zone),
        index.all_time_totals(*source_keys) if may_write else index.totals(*source_keys),
    )


def days_total(index: Index, source_keys: list[str], first: date, days: int, zone: tzinfo | None) -> Totals:
    since, until = midnight(first, zone), midnight(first + timedelta(days=days), zone)
    return index.totals(*source_keys, since=instant_of(since), until=instant_of(until))


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """When `day` begins; each day by the clock that is in force then."""
    start = datetime.combine(day, time.min, zone)
    return start.astimezone(UTC)  # without a zone of its own, it is one of the machine's


def instant_of(moment: datetime) -> str:
    """As the index holds instants: `2026-11-21T01:48:49.895Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_zone(now: datetime, zone: tzinfo | None = None) -> str:
    """`CET, UTC+01:00`."""
    local = now.astimezone(zone)
    offset = local.strftime("%z")
    return f"{local.tzname()}, UTC{offset[:3]}:{offset[3:]}" if offset != "+0000" else "UTC"
