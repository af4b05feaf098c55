"""What a team's seats used, for programs: from the totals that its pages are made of."""

import datetime
from itertools import compress
from typing import Any

from codextime.dashboard.periods import CUSTOM, Period
from codextime.dashboard.priced_rows import sum_priced
from codextime.dashboard.sums import Sum
from codextime.dashboard.team.query import TableQuery
from codextime.dashboard.team.query import read_table_query as read_pages_query
from codextime.dashboard.team.seat_table import list_seats
from codextime.dashboard.team.selectors import read_table
from codextime.dashboard.team.team_usage import TeamUsage
from codextime.dashboard.timeline import start_of
from codextime.lib.spreadsheets import Value as Cell
from codextime.pricing.selectors import get_book
from codextime.programs.queries import Choice, ParameterWrong, TotalsQuery
from codextime.programs.tables import Table
from codextime.programs.totals import SUM_COLUMNS, as_cells
from codextime.teams.models import Team
from codextime.teams.rollup_models import TeamDay

SEAT_COLUMNS = ("seat", "label", "member", "is_team_owned", "shared_from", "shared_until", *SUM_COLUMNS, "active_days")


def get_team_totals(*, team: Team, query: TotalsQuery, now: datetime.datetime) -> Table:
    """The totals of the days asked for; without a limit all up to today. Raises `ParameterWrong`."""
    period = find_period(team, query.choice, now)
    days: Any = TeamDay.objects.filter(team=team, on__range=(period.first, period.last))
    if query.choice.models:
        days = days.filter(model__name__in=query.choice.models)
    cells: dict[tuple[str, str], Sum] = {}
    whole = Sum()
    for keys, model, sum_ in sum_priced(days, *(["on"] if query.by else []), book=get_book()):
        bucket = start_of(keys[0], query.by).isoformat() if query.by else ""
        cells.setdefault((bucket, model if query.group else ""), Sum()).add(sum_)
        whole.add(sum_)
    has_keys = (query.by is not None, query.group is not None)
    return Table(
        columns=[*(name for name in (query.by, query.group) if name), *SUM_COLUMNS],
        rows=[[*compress(keys, has_keys), *as_cells(sum_)] for keys, sum_ in sorted(cells.items())],
        about=describe(team, period) | {"total": dict(zip(SUM_COLUMNS, as_cells(whole), strict=True))},
    )


def get_seats(*, team: Team, query: Choice, now: datetime.datetime) -> Table:
    """Every seat of the days asked for. Raises `ParameterWrong`."""
    period = find_period(team, query, now)
    usage = TeamUsage(team)
    order: TableQuery = read_pages_query({})  # the most tokens first
    rows = list_seats(read_table(usage, order, period))
    details = usage.read_details([row.seat.id for row in rows], period, get_book())
    return Table(
        columns=SEAT_COLUMNS,
        rows=[
            [
                *(
                    row.seat.key,
                    row.seat.label,
                    row.seat.member or None,
                    is_machine(row.seat.member, row.seat.is_former),
                ),
                *(as_date(row.seat.starts_on), as_date(row.seat.ends_on)),
                *as_cells(details[row.seat.id].sum if row.seat.id in details else Sum()),
                row.use.active_days,
            ]
            for row in rows
        ],
        about=describe(team, period),
    )


def is_machine(member: str | None, is_former: bool) -> bool:
    return member == "" and not is_former


def as_date(on: datetime.date | None) -> Cell:
    return on.isoformat() if on else None


def find_period(team: Team, choice: Choice, now: datetime.datetime) -> Period:
    today = now.astimezone(team.zone).date()
    last = choice.last or today
    if choice.first is not None and choice.first > last:
        raise ParameterWrong("from", "“from” is a day to come.")
    first = choice.first or min(TeamUsage(team).known.active, default=last)
    return Period(CUSTOM, min(first, last), last, today)


def describe(team: Team, period: Period) -> dict[str, Any]:
    return {
        "team": team.slug,
        "time_zone": team.time_zone,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
    }
