"""The page of one seat of a team: what the seat's row and days stand for, as the team's own pages show it."""

import datetime
from collections.abc import Mapping

from django.db.models import F, Sum

from codextime.dashboard.day_tables import DayTable
from codextime.dashboard.periods import Period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.team import selectors
from codextime.dashboard.team.budgets import Budgets, Spent, build_budgets
from codextime.dashboard.team.page import SeatsPage
from codextime.dashboard.team.query import OneSeatQuery
from codextime.dashboard.team.team_usage import TeamUsage
from codextime.dashboard.team.usage import Date, OneSeat, SeatCount, SeatUse
from codextime.lib import formats
from codextime.teams.models import Seat, Team
from codextime.teams.rollup_models import TeamDay


class SeatOfTeam(TeamUsage):
    """Implements `SeatUsage` for a single seat: its days stand where those of the team would."""

    def __init__(self, team: Team, seat: Seat) -> None:
        super().__init__(team)
        self.seat = seat
        self.table = DayTable("teams_seatday", "seat_id = %(owner)s", seat.pk)

    def read_uses(self, period: Period) -> list[SeatUse]:
        return []

    def count_seats(self, period: Period) -> SeatCount:
        return SeatCount(1, 1, None)

    def find_budgets(self, period: Period, active: Mapping[Date, DayTotal]) -> Budgets | None:
        first = period.last.replace(day=1)
        used = sum(total.tokens for on, total in active.items() if on.replace(day=1) == first)
        budget = self.seat.monthly_token_budget
        return build_budgets(formats.month_of_year(first), Spent("", used, budget), []) if budget else None

    def read_one(self, period: Period) -> OneSeat:
        (info,) = self.read_seats([self.seat.pk])
        days = TeamDay.objects.filter(team=self.team, on__range=(period.first, period.last))
        tokens = days.aggregate(tokens=Sum(F("input_tokens") + F("output_tokens")))["tokens"]
        return OneSeat(info, int(tokens or 0))


def get_seat_page(*, team: Team, seat: Seat, query: OneSeatQuery, now: datetime.datetime) -> SeatsPage:
    """Raises `PeriodOutOfRange`."""
    return selectors.get_page(usage=SeatOfTeam(team, seat), query=query, now=now)
