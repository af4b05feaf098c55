"""The hours or quarters of one day as clocks of the user's zone show them: 23 or 25 of them when clocks change."""

import datetime
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard.charts.bars import Bucket
from codextime.dashboard.periods import ONE_DAY
from codextime.dashboard.sums import DayRow
from codextime.dashboard.timeline import stack
from codextime.lib import formats

QUARTER = datetime.timedelta(minutes=15)  # of a slot


@dataclass(frozen=True, slots=True)
class SlotRow:
    """Calls of one model of the 15 minutes from `slot_at` (UTC), and the label of their source."""

    slot_at: datetime.datetime
    label: str
    row: DayRow


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the day: from when, up to when (both in the user's zone), and what a clock says at its beginning."""

    start: datetime.datetime
    end: datetime.datetime
    is_repeated: bool  # the clock said so before on this day

    @property
    def name(self) -> str:
        times = formats.span(formats.clock(self.start), formats.clock(self.end))
        return _("%(times)s, the second time") % {"times": times} if self.is_repeated else times


def quarters_of(on: datetime.date, zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """The beginning of each quarter of an hour of the day, in UTC."""
    midnights = (datetime.datetime.combine(day, datetime.time(), zone) for day in (on, on + ONE_DAY))
    first, after = (midnight.astimezone(datetime.UTC) for midnight in midnights)
    return [first + n * QUARTER for n in range((after - first) // QUARTER)]


def spans_of(on: datetime.date, zone: zoneinfo.ZoneInfo, *, by: str) -> dict[datetime.datetime, Span]:
    """The span of each quarter of the day, by when that begins in UTC: itself, or the hour that it is in."""
    groups: dict[object, list[datetime.datetime]] = {}
    for at in quarters_of(on, zone):
        local = at.astimezone(zone)
        key = at if by == "quarter" else (local.hour, local.utcoffset())
        groups.setdefault(key, []).append(at)
    spans: dict[datetime.datetime, Span] = {}
    said: set[datetime.time] = set()
    for group in groups.values():
        start = group[0].astimezone(zone)
        span = Span(start, (group[-1] + QUARTER).astimezone(zone), start.time() in said)
        said.add(start.time())
        spans |= dict.fromkeys(group, span)
    return spans


def bucket_day(
    rows: Iterable[tuple[datetime.datetime, str, DayRow]],
    series: Sequence[str],
    spans: dict[datetime.datetime, Span],
    now: datetime.datetime,
) -> list[Bucket]:
    """A bar for each span. `rows` are (beginning of the slot, name of its series, calls)."""
    parts = stack(((spans[slot_at], name, row.sum) for slot_at, name, row in rows), spans.values(), series)
    return [
        Bucket(
            span.name,
            formats.hour(span.start.hour) if span.start.minute == 0 else formats.clock(span.start),
            part,
            is_now=span.start <= now < span.end,
        )
        for span, part in parts.items()
    ]
