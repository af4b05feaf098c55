"""The usage of a team's seats: from its own totals, and never from what its members did not share."""

import zoneinfo
from collections.abc import Collection, Iterator, Mapping

from django.db import connection
from django.db.models import Max, OuterRef, Subquery

from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.sums import DayRow
from codextime.dashboard.team import reading
from codextime.dashboard.team.budgets import Budgets, Spent, build_budgets
from codextime.dashboard.team.usage import Date, SeatDetail, SeatInfo, SeatUse, SpanRow
from codextime.lib import formats
from codextime.pricing import selectors as pricing
from codextime.pricing.rates import RateBook
from codextime.teams import rollup_queries
from codextime.teams.models import Membership, Seat, Team
from codextime.teams.rollup_models import SeatDay, SeatTotal, TeamDay

DAY, MONTH = SeatTotal.Span.DAY, SeatTotal.Span.MONTH

# Whole months are read as such, what is left of a period by days.
USES = """
SELECT seat_id, sum(calls), sum(tokens) AS tokens, sum(active_days)
FROM unnest(%s::smallint[], %s::date[]) AS part (span, "on")
JOIN teams_seattotal AS total ON total.team_id = %s AND total.span = part.span AND total."on" = part."on"
GROUP BY seat_id ORDER BY tokens DESC, seat_id
"""


class TeamUsage:
    """Implements `SeatUsage`. Prices are the public ones: nobody's own."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.zone: zoneinfo.ZoneInfo = team.zone
        self.team_days = TeamDay.objects.filter(team=team)
        self.seat_days = SeatDay.objects.all()

    def get_book(self) -> RateBook:
        return pricing.get_book()

    def read_active(self) -> dict[Date, DayTotal]:
        return reading.read_active(self.team_days)

    def read_days(self, first: Date, last: Date, book: RateBook) -> list[DayRow]:
        return reading.read_days(self.team_days, first, last, book)

    def read_uses(self, period: Period) -> list[SeatUse]:
        spans, firsts = zip(*cut(period.first, period.last), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(USES, [list(spans), list(firsts), self.team.pk])
            return [
                SeatUse(seat, int(calls), int(tokens), int(days)) for seat, calls, tokens, days in cursor.fetchall()
            ]

    def read_spans(self, seats: Collection[int], period: Period, grain: str, book: RateBook) -> list[SpanRow]:
        return reading.read_spans(self.seat_days, "seat_id", seats, period, grain, book)

    def read_details(self, seats: Collection[int], period: Period, book: RateBook) -> dict[int, SeatDetail]:
        return reading.read_details(self.seat_days, "seat_id", seats, period, book)

    def read_last_days(self) -> dict[int, Date]:
        totals = SeatTotal.objects.filter(team=self.team, span=MONTH).values("seat_id").annotate(last=Max("last_on"))
        return dict(totals.values_list("seat_id", "last"))

    def read_seats(self, ids: Collection[int] | None = None) -> list[SeatInfo]:
        name = Membership.objects.filter(team=self.team, user=OuterRef("user")).values("name")
        seats = Seat.objects.filter(team=self.team).annotate(member=Subquery(name)).order_by("pk")
        rows = seats if ids is None else seats.filter(pk__in=ids)
        columns = (
            "pk",
            "public_id",
            "label",
            "member",
            "is_team_owned",
            "starts_on",
            "ends_on",
            "monthly_token_budget",
        )
        return [
            SeatInfo(
                id=pk,
                key=public_id.hex,
                label=label,
                member="" if is_machine else member or "",
                is_former=not is_machine and member is None,
                starts_on=starts_on,
                ends_on=ends_on,
                budget=budget,
            )
            for pk, public_id, label, member, is_machine, starts_on, ends_on, budget in rows.values_list(*columns)
        ]

    def count_seats(self, period: Period) -> int:
        seats = Seat.objects.filter(team=self.team, starts_on__lte=period.last)
        return seats.exclude(ends_on__lt=period.first).count()

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

    def count_outdated(self) -> int:
        return rollup_queries.count_outdated(team_id=self.team.pk)


def cut(first: Date, last: Date) -> Iterator[tuple[int, Date]]:
    """(span, first day) of the whole months from `first` to `last`, and of the days beside them."""
    on = first
    while on <= last:
        following = (on.replace(day=1) + 32 * ONE_DAY).replace(day=1)
        is_whole = on.day == 1 and following - ONE_DAY <= last
        yield (MONTH if is_whole else DAY).value, on
        on = following if is_whole else on + ONE_DAY
