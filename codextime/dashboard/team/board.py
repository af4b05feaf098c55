"""The private board of a team: its seats ranked by the tokens of a period, for members only, and off by default."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard import periods
from codextime.dashboard.choices import Choice, choices
from codextime.dashboard.overview import find_chosen
from codextime.dashboard.periods import Period
from codextime.dashboard.queries import find_period
from codextime.dashboard.team.query import SeatsQuery, TableQuery
from codextime.dashboard.team.seat_table import describe_member
from codextime.dashboard.team.usage import SeatInfo, SeatUsage, SeatUse
from codextime.lib import formats

ROWS_PER_PAGE = 50
PODIUM = 3


@dataclass(frozen=True, slots=True)
class BoardRow:
    rank: str
    label: str
    member: str
    tokens: str
    exact: str
    share: str
    is_podium: bool


@dataclass(frozen=True, slots=True)
class Board:
    period: Period
    query: SeatsQuery
    periods: list[Choice]
    rows: list[BoardRow]
    following: str
    start: str


def get_board(*, usage: SeatUsage, query: TableQuery, now: datetime.datetime) -> Board:
    """Raises `PeriodOutOfRange`."""
    today = now.astimezone(usage.zone).date()
    period = find_period(query.overview, today=today, first_active=min(usage.known.active, default=today))
    uses = usage.read_uses(period)
    return build_board(query, period, uses, {seat.id: seat for seat in usage.read_seats()})


def build_board(query: TableQuery, period: Period, uses: Sequence[SeatUse], seats: Mapping[int, SeatInfo]) -> Board:
    """`uses` come with the most tokens first; those with as many share a rank."""
    known = [use for use in uses if use.seat in seats]
    ranks = {tokens: rank for rank, tokens in reversed([(n, use.tokens) for n, use in enumerate(known, 1)])}
    keys = [seats[use.seat].key for use in known]
    start = keys.index(query.after) + 1 if query.after in keys else 0
    shown = known[start : start + ROWS_PER_PAGE]
    has_more = start + ROWS_PER_PAGE < len(known)
    return Board(
        period=period,
        query=query.overview,
        periods=choices(query.overview, "period", periods.NAMES, find_chosen(period), on=None),
        rows=[build_row(ranks[use.tokens], use, seats[use.seat], known[0].tokens) for use in shown],
        following=query.link(after=seats[shown[-1].seat].key) if has_more else "",
        start=query.link() if query.after else "",
    )


def build_row(rank: int, use: SeatUse, seat: SeatInfo, most: int) -> BoardRow:
    return BoardRow(
        rank=formats.exact(rank),
        label=seat.label,
        member=describe_member(seat),
        tokens=formats.compact(use.tokens),
        exact=_("%(count)s tokens") % {"count": formats.exact(use.tokens)},
        share=f"{use.tokens / most * 100:.1f}" if most else "0",
        is_podium=rank <= PODIUM,
    )
