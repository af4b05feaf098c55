"""What pages of seats ask, whosever seats they are: a team's, or one's own labels."""

import datetime
import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from codextime.dashboard.day_tables import DayTable, Known
from codextime.dashboard.periods import Period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.sums import DayRow, Sum
from codextime.dashboard.team.budgets import Budgets, Spent
from codextime.pricing.rates import RateBook

Date = datetime.date


@dataclass(frozen=True, slots=True)
class SeatUse:
    """What a seat used in a period, and on how many days of it."""

    seat: int
    calls: int
    tokens: int
    active_days: int


@dataclass(frozen=True, slots=True)
class SeatInfo:
    """`key` names the seat in addresses. `member` is empty for a machine of the team, and `None` where the seats are
    one's own. Its days are those from `starts_on` on, or all; `open_from` is the day from which on it is idle if it is
    not used. `budget` is in tokens a month, `last_on` the last day of all time on which it was used."""

    id: int
    key: str
    label: str
    member: str | None = None
    is_former: bool = False
    starts_on: Date | None = None
    ends_on: Date | None = None
    open_from: Date | None = None
    budget: int | None = None
    last_on: Date | None = None

    @property
    def name(self) -> str:
        return f"{self.label} · {self.member}" if self.member else self.label


@dataclass(frozen=True, slots=True)
class SeatDetail:
    """The priced sum of a seat in a period, and the tokens of each model in it."""

    sum: Sum
    models: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SeatCount:
    """Seats that could be used in a period, and those that were used in the one before; `None` where there is none.
    `ever` are those of all time."""

    ever: int
    seats: int
    active_before: int | None


@dataclass(frozen=True, slots=True)
class OneSeat:
    """The seat that a page is about alone, and the tokens of all its team in the period."""

    seat: SeatInfo
    team_tokens: int


class SeatUsage(Protocol):
    """Days are those of `zone`; a period's edges are included."""

    zone: zoneinfo.ZoneInfo
    table: DayTable  # the days of all seats together

    def get_book(self) -> RateBook: ...

    @property
    def known(self) -> Known:
        """Of the table."""

    def read_uses(self, period: Period) -> list[SeatUse]:
        """Of each seat that was used in the period at all, those with the most tokens first."""

    def read_spans(self, seats: Collection[int], period: Period, grain: str, book: RateBook) -> "list[SpanRow]":
        """Of each of these seats, by the first day of each day, week or month."""

    def read_details(self, seats: Collection[int], period: Period, book: RateBook) -> dict[int, SeatDetail]:
        """Of those of these seats that were used."""

    def read_estimates(self, period: Period, book: RateBook) -> Mapping[int, Decimal]:
        """By seat that was used, to put them in order: below nought where nothing has a rate."""

    def read_seats(self, ids: Collection[int] | None = None) -> list[SeatInfo]:
        """These seats, or all that there are."""

    def count_seats(self, period: Period) -> SeatCount: ...

    def find_budgets(self, period: Period, active: Mapping[Date, DayTotal]) -> Budgets | None:
        """Of the month that the period ends in; `None` where there are none."""

    def read_spent(self, first: Date) -> Mapping[int, Spent]:
        """Of the seats with budgets, in the month from `first` on."""

    def read_one(self, period: Period) -> OneSeat | None:
        """Where it is all of a single seat."""

    def count_outdated(self) -> int:
        """Seats that are being added up, or taken out."""


@dataclass(frozen=True, slots=True)
class SpanRow:
    seat: int
    on: Date
    row: DayRow


def find_details(rows: Iterable[tuple[int, str, Sum]]) -> dict[int, SeatDetail]:
    """From (seat, model, priced sum)."""
    whole: dict[int, Sum] = {}
    models: dict[int, dict[str, int]] = {}
    for seat, model, part in rows:
        whole.setdefault(seat, Sum()).add(part)
        of_seat = models.setdefault(seat, {})
        of_seat[model] = of_seat.get(model, 0) + part.tokens.total
    return {seat: SeatDetail(sum_, models[seat]) for seat, sum_ in whole.items()}
