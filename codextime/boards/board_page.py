"""Puts the page of a board together from what was read: pure, and ready to print."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.boards.addresses import canonical_address
from codextime.boards.periods import MEASURES, PERIODS, Measure
from codextime.boards.queries import BoardQuery
from codextime.boards.reading import BoardReading, Cursor, RankedRow
from codextime.boards.standings import Standing
from codextime.lib import formats

PODIUM = 3
DESCRIPTION = gettext_noop(
    "Who burned the most tokens with Codex, of those who switched it on: rank, handle and one figure, nothing else."
)


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """`share` is the length of the bar, in hundredths of the first one's."""

    rank: str
    handle: str
    value: str
    exact: str
    share: str
    is_podium: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Links are those of other boards and pages beside this one; an empty one leads nowhere."""

    title: str
    description: str
    canonical: str
    dates: str
    age: str
    clock: str
    taken_at: datetime.datetime | None
    listed: str
    column: str
    periods: list[Choice]
    measures: list[Choice]
    rows: list[Row]
    own: Standing | None
    own_place: str
    first: str
    previous: str
    following: str
    is_empty: bool


def build_board(query: BoardQuery, reading: BoardReading, now: datetime.datetime) -> BoardPage:
    snapshot = reading.snapshot
    return BoardPage(
        title=_("Leaderboard: %(measure)s %(within)s")
        % {"measure": _(query.measure.title).lower(), "within": _(query.period.within)},
        description=_(DESCRIPTION),
        canonical=canonical_address(query.period, query.measure),
        dates=query.period.dates(snapshot.on if snapshot else now.astimezone(datetime.UTC).date()),
        age=formats.age((now - snapshot.taken_at).total_seconds()) if snapshot else "",
        clock=describe_clock(snapshot.taken_at, now) if snapshot else "",
        taken_at=snapshot.taken_at if snapshot else None,
        listed=_("%(count)s ranked") % {"count": formats.exact(reading.listed)},
        column=_("Output tokens") if query.measure.name == "output_tokens" else _(query.measure.title),
        periods=[
            Choice(_(period.title), query.link(period=period), period == query.period) for period in PERIODS.values()
        ],
        measures=[
            Choice(_(measure.title), query.link(measure=measure), measure == query.measure)
            for measure in MEASURES.values()
        ],
        rows=[build_row(row, reading, query.measure) for row in reading.rows],
        own=reading.own,
        own_place=f"{query.link(after=reading.own_place)}#you" if reading.own_place else "",
        first="" if query.after == Cursor() else query.link(),
        previous=query.link(after=reading.previous) if reading.previous not in (None, Cursor()) else "",
        following=query.link(after=reading.following) if reading.following else "",
        is_empty=not reading.listed,
    )


def describe_clock(at: datetime.datetime, now: datetime.datetime) -> str:
    """The UTC time, with its date when that is not today's."""
    at, today = at.astimezone(datetime.UTC), now.astimezone(datetime.UTC).date()
    return f"{formats.exact_clock(at)} UTC" if at.date() == today else f"{formats.exact_moment(at)} UTC"


def build_row(row: RankedRow, reading: BoardReading, measure: Measure) -> Row:
    return Row(
        rank=formats.exact(row.rank),
        handle=row.handle,
        value=measure.text(row.value),
        exact=measure.exact(row.value),
        share=f"{min(100 * row.value / reading.top, 100):.2f}" if reading.top else "0",
        is_podium=row.rank <= PODIUM,
        is_own=reading.own is not None and reading.own.handle == row.handle,
    )
