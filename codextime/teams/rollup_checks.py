"""Whether the totals of teams are what they are made of."""

from typing import NamedTuple

from codextime.teams import rollup_queries
from codextime.teams.rollup_models import SeatRollup
from codextime.teams.rollup_queries import DAYS_FROM_SLOTS, MONTH, ROW, SUMS, TEAM_DAYS, Date, SeatDefinition, fetch
from codextime.usage.models import RebuiltDate

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
DAYS = """
SELECT seat_id, "on", sum(calls) AS calls, sum(input_tokens + output_tokens) AS tokens FROM teams_seatday
WHERE seat_id = %(seat)s GROUP BY seat_id, "on"
"""
SEAT_TOTALS = COMPARE.format(
    columns='span, "on", calls, tokens, active_days, last_on',
    table="teams_seattotal",
    these="seat_id = %(seat)s",
    made=f"""
        SELECT 1::smallint, "on", calls::int, tokens, 1::smallint, "on" FROM ({DAYS}) AS day
        UNION ALL
        SELECT 2::smallint, {MONTH}, sum(calls)::int, sum(tokens), count(*)::smallint, max("on")
        FROM ({DAYS}) AS day GROUP BY {MONTH}
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
        for totals, statement in (("days of seats", SEAT_DAYS), ("totals of seats", SEAT_TOTALS))
        for (on,) in fetch(statement, parameters)
    ]
