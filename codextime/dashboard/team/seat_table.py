"""The table of seats, ready to print: who used how much in a period, and who did not.

It is put in order here and not in the database: a team has some thousand seats at most, and each has one row.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard import periods
from codextime.dashboard.choices import Choice, choices, later_link
from codextime.dashboard.overview import find_chosen
from codextime.dashboard.periods import Period
from codextime.dashboard.team.budgets import Budget, Spent, build_budget
from codextime.dashboard.team.query import SORTS, SeatsQuery, TableQuery
from codextime.dashboard.team.usage import SeatDetail, SeatInfo, SeatUse
from codextime.dashboard.threads.words import describe_models
from codextime.lib import counts, formats

SEATS_PER_PAGE = 25
NEVER = datetime.date.min
IDLE = Decimal(-2)  # in the order of estimates, after what has no rate


@dataclass(frozen=True, slots=True)
class TableReading:
    """`uses` and `estimates`, which are read to put seats in the order of, are those of the period."""

    query: TableQuery
    period: Period
    seats: Sequence[SeatInfo]
    uses: Mapping[int, SeatUse]
    estimates: Mapping[int, Decimal] = field(default_factory=dict)
    first_active: datetime.date | None = None
    spent: Mapping[int, Spent] = field(default_factory=dict)
    outdated: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A seat with what it used, if anything."""

    seat: SeatInfo
    use: SeatUse
    estimate: Decimal = IDLE


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of one page, and the key of the last one if others follow."""

    rows: list[Known]
    after: str
    idle: int
    all: int


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    label: str
    member: str
    note: str
    is_idle: bool
    tokens: str
    exact_tokens: str
    width: str
    estimate: str
    exact_estimate: str
    active_days: str
    models: str
    last_on: str
    budget: Budget | None


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column: `direction` as ARIA has it, empty where the rows are not in its order, and no `link` where
    they cannot be."""

    name: str
    title: str
    link: str
    direction: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class SeatTable:
    period: Period
    query: SeatsQuery
    periods: list[Choice]
    earlier: str
    later: str
    rows: list[Row]
    columns: list[Column]
    orders: list[Choice]
    summary: str
    following: str
    start: str
    has_members: bool
    csv: str
    names: dict[str, str]
    seat_period: str = ""
    idle: str = ""
    idle_link: str = ""
    rebuilding: str = ""

    @property
    def is_first(self) -> bool:
        return not self.start


KEYS: dict[str, Callable[[Known], Any]] = {
    "label": lambda row: row.seat.label.casefold(),
    "member": lambda row: (row.seat.member or "").casefold(),
    "tokens": lambda row: row.use.tokens,
    "estimate": lambda row: row.estimate,
    "days": lambda row: row.use.active_days,
    "last": lambda row: row.seat.last_on or NEVER,
}


def list_seats(reading: TableReading) -> list[Known]:
    """Those that were used in the period, or could have been, in the order that was asked for."""
    query, period = reading.query, reading.period
    rows = [
        Known(seat, reading.uses.get(seat.id, SeatUse(seat.id, 0, 0, 0)), reading.estimates.get(seat.id, IDLE))
        for seat in reading.seats
        if seat.id in reading.uses or is_open(seat, period)
    ]
    return sorted(sorted(rows, key=lambda row: row.seat.id), key=KEYS[query.column], reverse=query.is_descending)


def is_open(seat: SeatInfo, period: Period) -> bool:
    if seat.is_former:
        return False
    return (seat.open_from or period.last) <= period.last and (seat.ends_on or period.first) >= period.first


def pick_page(reading: TableReading) -> Shown:
    """From behind the seat that the address names, if it is there still."""
    rows = list_seats(reading)
    keys = [row.seat.key for row in rows]
    start = keys.index(reading.query.after) + 1 if reading.query.after in keys else 0
    shown = rows[start : start + SEATS_PER_PAGE]
    has_more = start + SEATS_PER_PAGE < len(rows)
    return Shown(shown, shown[-1].seat.key if has_more else "", sum(not row.use.calls for row in rows), len(rows))


def build_table(reading: TableReading, shown: Shown, details: Mapping[int, SeatDetail]) -> SeatTable:
    query, period = reading.query, reading.period
    most = max((use.tokens for use in reading.uses.values()), default=0)
    has_members = any(row.seat.member is not None for row in shown.rows)
    columns = build_columns(query, has_members=has_members)
    first_active = reading.first_active or period.today
    return SeatTable(
        period=period,
        query=query.overview,
        periods=choices(query, "period", periods.NAMES, find_chosen(period), on=None),
        earlier=query.link(on=period.day_before()) if has_earlier(period, first_active) else "",
        later=later_link(query, period),
        rows=[build_row(row, details.get(row.seat.id), reading.spent.get(row.seat.id), most) for row in shown.rows],
        columns=columns,
        orders=build_orders(query, has_members=has_members),
        summary=ngettext("%(count)s seat", "%(count)s seats", shown.all) % {"count": formats.exact(shown.all)},
        idle=ngettext("%(count)s idle", "%(count)s idle", shown.idle) % {"count": formats.exact(shown.idle)}
        if shown.idle
        else "",
        seat_period=query.overview.link(),
        idle_link=query.link(sort="tokens"),
        following=query.link(after=shown.after) if shown.after else "",
        start=query.link() if query.after else "",
        has_members=has_members,
        csv=query.link(),
        names={sort: name for sort, (name, _title) in name_columns(has_members=has_members).items()},
        rebuilding=describe_outdated(reading.outdated),
    )


def has_earlier(period: Period, first_active: datetime.date) -> bool:
    return period.name not in ("all", periods.CUSTOM) and first_active < period.first


def build_row(row: Known, detail: SeatDetail | None, spent: Spent | None, most: int) -> Row:
    seat, use = row.seat, row.use
    is_idle = not use.calls
    return Row(
        key=str(UUID(seat.key)),
        label=seat.label,
        member=describe_member(seat),
        note=describe_window(seat),
        is_idle=is_idle,
        tokens=formats.NONE if is_idle else formats.compact(use.tokens),
        exact_tokens=_("%(tokens)s tokens, %(calls)s")
        % {"tokens": formats.exact(use.tokens), "calls": counts.calls(use.calls)},
        width=f"{use.tokens / most * 100:.1f}%" if most else "0",
        estimate=detail.sum.value if detail else formats.NONE,
        exact_estimate=detail.sum.exact_value if detail else "",
        active_days=formats.exact(use.active_days),
        models=describe_models(detail.models) if detail else "",
        last_on=formats.day(seat.last_on) if seat.last_on else _("never"),
        budget=build_budget(spent) if spent else None,
    )


def describe_outdated(seats: int) -> str:
    if not seats:
        return ""
    return ngettext(
        "%(count)s seat is being added up or taken out: the sums follow within seconds.",
        "%(count)s seats are being added up or taken out: the sums follow within seconds.",
        seats,
    ) % {"count": formats.exact(seats)}


def describe_member(seat: SeatInfo) -> str:
    if seat.member:
        return seat.member
    return _("left the team") if seat.is_former else _("no person")


def describe_window(seat: SeatInfo) -> str:
    if seat.ends_on:
        return _("ended on %(day)s") % {"day": formats.day(seat.ends_on)}
    return ""


def describe_days(seat: SeatInfo) -> str:
    """Those that the team sees of it."""
    if seat.starts_on and seat.ends_on:
        words = {"first": formats.day(seat.starts_on), "last": formats.day(seat.ends_on)}
        return _("shared from %(first)s to %(last)s") % words
    if seat.starts_on:
        return _("shared from %(first)s on") % {"first": formats.day(seat.starts_on)}
    if seat.member != "":
        return ""
    return _("all that it uploaded") if seat.ends_on else _("all that it uploads")


def name_columns(*, has_members: bool) -> dict[str, tuple[str, str]]:
    """Name and explanation of each column; those that rows can be put in order by have the name of that."""
    names = {
        "label": (_("Seat"), ""),
        "member": (_("Member"), ""),
        "tokens": (_("Tokens"), _("Input and output")),
        "estimate": (_("Estimate"), _("API-equivalent, never a bill")),
        "days": (_("Active days"), _("Days of the period with calls")),
        "models": (_("Models"), _("Those with the most tokens first")),
        "last": (_("Last used"), _("The last day with calls, of all time")),
    }
    return names if has_members else {name: texts for name, texts in names.items() if name != "member"}


def build_columns(query: TableQuery, *, has_members: bool) -> list[Column]:
    return [build_column(sort, *texts, query) for sort, texts in name_columns(has_members=has_members).items()]


def build_column(sort: str, name: str, title: str, query: TableQuery) -> Column:
    """Its link puts figures with the largest first, names from A on; where they are so already, the other way."""
    direction = "" if query.column != sort else "descending" if query.is_descending else "ascending"
    is_number = sort in ("tokens", "estimate", "days")
    usual = sort if sort in ("label", "member") else f"-{sort}"
    other = f"-{sort}" if usual == sort else sort
    link = query.link(sort=other if query.sort == usual else usual) if sort in SORTS else ""
    return Column(name, title, link, direction, is_number)


def build_orders(query: TableQuery, *, has_members: bool) -> list[Choice]:
    """For who sees no heads of columns."""
    names = name_columns(has_members=has_members)
    return [
        Choice(names[sort][0], query.link(sort=usual), query.column == sort)
        for sort in SORTS
        if sort in names
        for usual in [sort if sort in ("label", "member") else f"-{sort}"]
    ]
