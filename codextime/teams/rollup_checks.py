"""Whether the totals of teams are what they are made of."""

from typing import NamedTuple

from codextime.teams import rollup_queries
from codextime.teams.rollup_models import SeatRollup
from codextime.teams.rollup_queries import (
    DAYS_FROM_SLOTS,
    ROW,
    SUMMED,
    SUMS,
    TEAM_DAYS,
    Date,
    SeatDefinition,
    fetch,
)
from codextime.teams.rollup_totals import FIRST_DAYS, OF_SEAT
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.models import TOKEN_FIELDS

SPANS = {1: '"on"', **FIRST_DAYS}
SUMMED_DAYS = ", ".join(f"sum(day.{field})" for field in TOKEN_FIELDS)

# Each statement sees one state; what has a mark is not wrong, but waits.
COMPARE = """
WITH stored AS (SELECT {columns} FROM {table} WHERE {these}), made_now AS ({made}),
different AS ((TABLE stored EXCEPT TABLE made_now) UNION (TABLE made_now EXCEPT TABLE stored))
SELECT DISTINCT "on" FROM different WHERE {is_settled} ORDER BY "on"
"""
IS_SETTLED = """
utc_on NOT IN (SELECT "on" FROM usage_rebuiltdate WHERE user_id = %(user)s AND reader = %(reader)s)
    AND utc_on NOT IN (SELECT "on" FROM usage_dirtydate WHERE user_id = %(user)s)
"""
SEAT_DAYS = COMPARE.format(
    columns=f'"on", utc_on, {ROW}',
    table="teams_seatday",
    these="seat_id = %(seat)s",
    made=DAYS_FROM_SLOTS,
    is_settled=IS_SETTLED,
)
# All spans straight from the rows, and not one from another as they are made.
DAYS = (
    f'SELECT "on", sum(calls) AS calls, sum(input_tokens + output_tokens) AS tokens FROM teams_seatday WHERE {OF_SEAT}'
)
SEAT_TOTALS = COMPARE.format(
    columns='span, "on", calls, tokens, active_days, last_on',
    table="teams_seattotal",
    these=OF_SEAT,
    made=" UNION ALL ".join(
        f"""SELECT {span}::smallint, {first}, sum(calls)::int, sum(tokens), count(*)::smallint, max("on")
        FROM ({DAYS} GROUP BY "on") AS day GROUP BY {first}"""
        for span, first in SPANS.items()
    ),
    is_settled="true",
)
# A row is what the days within its UTC dates come to, and each day is in one row of a span: wherever the rates of then
# had it begin.
OF_SPANS = " UNION ALL ".join(
    f"SELECT day.*, {span}::smallint AS span, {first} AS first FROM teams_seatday AS day WHERE {OF_SEAT}"
    for span, first in FIRST_DAYS.items()
)
RATE_TOTALS = COMPARE.format(
    columns=f'span, "on", {ROW}, utc_on, last_utc_on',
    table="teams_seatratetotal",
    these=OF_SEAT,
    made=f"""
        SELECT day.span, first AS "on", day.model_id, day.is_long_context, sum(day.calls)::int, {SUMMED_DAYS},
            min(day.utc_on), max(day.utc_on)
        FROM ({OF_SPANS}) AS day LEFT JOIN teams_seatratetotal AS total USING (seat_id)
        WHERE total.span = day.span AND total."on" = first AND total.model_id = day.model_id
            AND total.is_long_context = day.is_long_context
            AND day.utc_on BETWEEN total.utc_on AND total.last_utc_on
        GROUP BY 1, 2, 3, 4, total.utc_on
    """,
    is_settled="true",
)
SUMS_BY_SPAN = COMPARE.format(
    columns=f'span, "on", model_id, is_long_context, sum(calls), {SUMMED}',
    table="teams_seatratetotal",
    these=f'{OF_SEAT} GROUP BY span, "on", model_id, is_long_context',
    made=f"""
        SELECT span, first, model_id, is_long_context, sum(calls), {SUMMED} FROM ({OF_SPANS}) AS day
        GROUP BY 1, 2, 3, 4
    """,
    is_settled="true",
)
TEAMS = COMPARE.format(
    columns=f'team_id, "on", utc_on, model_id, is_long_context, calls, {SUMS}',
    table="teams_teamday",
    these="true",
    made=TEAM_DAYS.format(these="true"),
    is_settled="true",
)
CHECKS = {
    "days of seats": SEAT_DAYS,
    "totals of seats": SEAT_TOTALS,
    "totals by rate": RATE_TOTALS,
    "sums of totals by rate": SUMS_BY_SPAN,
}


class WrongTotal(NamedTuple):
    """`seat` is 0 where it is a day of a team that is not what its seats have."""

    totals: str
    seat: int
    on: Date


def find_wrong() -> list[WrongTotal]:
    outdated = {seat.seat for seat in rollup_queries.find_outdated(limit=SeatRollup.objects.count() + 1)}
    seats = rollup_queries.list_seats(exclude=outdated)
    wrong = [found for seat in seats for found in compare_seat(seat)]
    return wrong + [WrongTotal("days of teams", 0, on) for (on,) in fetch(TEAMS, {})]


def compare_seat(seat: SeatDefinition) -> list[WrongTotal]:
    stored = fetch("SELECT DISTINCT utc_on FROM teams_seatday WHERE seat_id = %(seat)s", {"seat": seat.seat})
    dates = {on for (on,) in stored} | set(rollup_queries.find_dates(seat))
    parameters = seat.parameters(sorted(dates)) | {"reader": RebuiltDate.Reader.TEAMS}
    return [
        WrongTotal(totals, seat.seat, on)
        for totals, statement in CHECKS.items()
        for (on,) in fetch(statement, parameters)
    ]
