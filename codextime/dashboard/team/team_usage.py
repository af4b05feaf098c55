"""The usage of a team's seats: from its own totals, and never from what its members did not share."""

import zoneinfo
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import OuterRef, Subquery

from codextime.dashboard.day_tables import DayTable, Known, read_known
from codextime.dashboard.periods import Period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.team import reading
from codextime.dashboard.team.budgets import Budgets, Spent, build_budgets
from codextime.dashboard.team.seat_sums import SeatRows, find_parts
from codextime.dashboard.team.usage import (
    Date,
    OneSeat,
    SeatCount,
    SeatDetail,
    SeatInfo,
    SeatUse,
    SpanRow,
    find_details,
)
from codextime.lib import formats
from codextime.pricing import selectors as pricing
from codextime.pricing.rates import RateBook
from codextime.teams import rollup_queries
from codextime.teams.models import Membership, Seat, Team
from codextime.teams.rollup_models import SeatTotal

MONTH, ALL = SeatTotal.Span.MONTH, SeatTotal.Span.ALL

USES = """
SELECT seat_id, sum(calls), sum(tokens) AS tokens, sum(active_days)
FROM unnest(%(spans)s::smallint[], %(firsts)s::date[]) AS part (span, "on")
JOIN teams_seattotal AS total ON total.team_id = %(team)s AND total.span = part.span AND total."on" = part."on"
GROUP BY seat_id ORDER BY tokens DESC, seat_id
"""
COUNT = """
SELECT count(*), count(*) FILTER (WHERE starts_on <= %(last)s AND coalesce(ends_on, 'infinity') >= %(first)s),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM teams_seattotal WHERE seat_id = seat.id AND span = 1 AND "on" BETWEEN %(before)s AND %(until)s
    ))
FROM teams_seat AS seat WHERE team_id = %(team)s
"""


class TeamUsage:
    """Implements `SeatUsage`. Prices are the public ones: nobody's own. Made for one page: what was read is kept."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.zone: zoneinfo.ZoneInfo = team.zone
        self.table = DayTable("teams_teamday", "team_id = %(owner)s", team.pk)

    @cached_property
    def book(self) -> RateBook:
        return pricing.get_book()

    @cached_property
    def known(self) -> Known:
        return read_known(self.table)

    def get_book(self) -> RateBook:
        return self.book

    def read_uses(self, period: Period) -> list[SeatUse]:
        parts = find_parts(self.known.active, period)
        asked = {"team": self.team.pk, "spans": [span for span, _ in parts], "firsts": [on for _, on in parts]}
        found = rollup_queries.fetch(USES, asked)
        return [SeatUse(seat, int(calls), int(tokens), int(days)) for seat, calls, tokens, days in found]

    def read_spans(self, seats: Collection[int], period: Period, grain: str, book: RateBook) -> list[SpanRow]:
        return reading.read_spans(DayTable("teams_seatday", "TRUE"), "seat_id", seats, period, grain, book)

    def read_details(self, seats: Collection[int], period: Period, book: RateBook) -> dict[int, SeatDetail]:
        return find_details(self.find_rows(period, book).read_sums(seats))

    def read_estimates(self, period: Period, book: RateBook) -> dict[int, Decimal]:
        return self.find_rows(period, book).read_estimates()

    def find_rows(self, period: Period, book: RateBook) -> SeatRows:
        return SeatRows(self.team.pk, find_parts(self.known.active, period), self.known.models, book)

    def read_seats(self, ids: Collection[int] | None = None) -> list[SeatInfo]:
        name = Membership.objects.filter(team=self.team, user=OuterRef("user")).values("name")
        last_on = SeatTotal.objects.filter(seat=OuterRef("pk"), span=ALL).values("last_on")
        seats = Seat.objects.filter(team=self.team).annotate(member=Subquery(name), last_on=Subquery(last_on))
        rows = seats.order_by("pk") if ids is None else seats.filter(pk__in=ids).order_by("pk")
        return [describe_seat(*row) for row in rows.values_list(*SEAT_COLUMNS)]

    def count_seats(self, period: Period) -> SeatCount:
        earlier = period.before()
        days = (earlier.first, earlier.last) if earlier else (None, None)
        (found,) = rollup_queries.fetch(
            COUNT,
            {"team": self.team.pk, "last": period.last, "first": period.first}
            | dict(zip(("before", "until"), days, strict=True)),
        )
        ever, seats, active_before = found
        return SeatCount(ever, seats, active_before if earlier else None)

    def find_budgets(self, period: Period, active: Mapping[Date, DayTotal]) -> Budgets | None:
        first = period.last.replace(day=1)
        month = [total.tokens for on, total in active.items() if on.replace(day=1) == first]
        budget = self.team.monthly_token_budget
        team = Spent(self.team.name, sum(month), budget) if budget else None
        return build_budgets(formats.month_of_year(first), team, list(self.read_spent(first).values()))

    def read_spent(self, first: Date) -> dict[int, Spent]:
        used = SeatTotal.objects.filter(seat=OuterRef("pk"), span=MONTH, on=first).values("tokens")
        seats = Seat.objects.filter(team=self.team).exclude(monthly_token_budget=None).exclude(ends_on__lt=first)
        rows = seats.annotate(used=Subquery(used)).values_list("pk", "label", "used", "monthly_token_budget")
        return {pk: Spent(label, int(tokens or 0), budget) for pk, label, tokens, budget in rows if budget}

    def read_one(self, period: Period) -> OneSeat | None:
        return None

    def count_outdated(self) -> int:
        return rollup_queries.count_outdated(team_id=self.team.pk)


SEAT_COLUMNS = (
    *("pk", "public_id", "label", "member", "is_team_owned", "starts_on", "ends_on", "monthly_token_budget"),
    "last_on",
)


def describe_seat(
    pk: int,
    public_id: UUID,
    label: str,
    member: str | None,
    is_machine: bool,
    starts_on: Date,
    ends_on: Date | None,
    budget: int | None,
    last_on: Date | None,
) -> SeatInfo:
    return SeatInfo(
        id=pk,
        key=public_id.hex,
        label=label,
        member="" if is_machine else member or "",
        is_former=not is_machine and member is None,
        starts_on=None if is_machine else starts_on,
        open_from=starts_on,
        ends_on=ends_on,
        budget=budget,
        last_on=last_on,
    )
