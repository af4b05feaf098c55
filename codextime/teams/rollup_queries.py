"""The SQL of what seats and teams used: days of seats from slots, and days of teams from those."""

import datetime
import functools
import itertools
import zoneinfo
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from codextime.teams.rollup_models import SeatRollup
from codextime.usage.models import TOKEN_FIELDS
from codextime.usage.rebuilding import stretches

Parameters = dict[str, Any]  # of an SQL statement
Date = datetime.date

SUMS = ", ".join(TOKEN_FIELDS)
SUMMED = ", ".join(f"sum({field})" for field in TOKEN_FIELDS)
ROW = f"model_id, is_long_context, calls, {SUMS}"

# All sources of a team-owned seat belong to it, those to come too: then it is `NULL`, and not made anew for each. So do
# all its days, from one on that is before any call of Codex.
SOURCES = """
CASE WHEN NOT seat.is_team_owned THEN ARRAY (
    SELECT source_id::int FROM teams_seatsource WHERE seat_id = seat.id ORDER BY source_id
) END
"""
STARTS_ON = "CASE WHEN seat.is_team_owned THEN DATE '2020-01-01' ELSE seat.starts_on END"
DEFINITION = f"team.time_zone, {STARTS_ON}, seat.ends_on, {SOURCES}"
SEATS = "teams_seat AS seat JOIN teams_team AS team ON team.id = seat.team_id"
COLUMNS = f"seat.id, seat.team_id, seat.user_id, {DEFINITION}"

# Who ends a seat or deletes a team locks its row first, and then waits for the rows made here. Seats that somebody has
# in hand are left for the next time, so that nobody waits for both.
FIND_OUTDATED = f"""
SELECT {COLUMNS} FROM {SEATS} LEFT JOIN teams_seatrollup AS made ON made.seat_id = seat.id
WHERE (made.time_zone, made.starts_on, made.ends_on, made.sources) IS DISTINCT FROM ({DEFINITION})
    OR made.seat_id IS NULL
ORDER BY seat.id LIMIT %(limit)s FOR KEY SHARE OF seat, team SKIP LOCKED
"""
COUNT_OUTDATED = f"""
SELECT (
    SELECT count(*) FROM {SEATS} LEFT JOIN teams_seatrollup AS made ON made.seat_id = seat.id
    WHERE team.id = %(team)s AND (made.seat_id IS NULL
        OR (made.time_zone, made.starts_on, made.ends_on, made.sources) IS DISTINCT FROM ({DEFINITION}))
) + (
    SELECT count(*) FROM teams_seatrollup AS made
    WHERE team_id = %(team)s AND NOT EXISTS (SELECT FROM teams_seat WHERE id = made.seat_id)
)
"""
HOLD_SEATS = (
    f"SELECT {COLUMNS} FROM {SEATS} WHERE seat.user_id = ANY (%(users)s) FOR KEY SHARE OF seat, team SKIP LOCKED"
)
FORGET_BUSY = """
DELETE FROM teams_seatrollup WHERE seat_id IN (
    SELECT id FROM teams_seat WHERE user_id = ANY (%(users)s) AND id <> ALL (%(held)s)
)
"""
FORGET_GONE = """
WITH held AS (
    SELECT id FROM teams_team WHERE id IN (
        SELECT team_id FROM teams_seatrollup WHERE seat_id NOT IN (SELECT id FROM teams_seat)
    ) FOR KEY SHARE SKIP LOCKED
)
DELETE FROM teams_seatrollup AS made
WHERE seat_id NOT IN (SELECT id FROM teams_seat)
    AND (team_id IN (SELECT id FROM held) OR team_id NOT IN (SELECT id FROM teams_team))
RETURNING team_id, starts_on, ends_on
"""

FIND_DATES = """
SELECT DISTINCT utc_on FROM usage_day WHERE user_id = %(user)s
    AND utc_on BETWEEN %(first)s::date - 1 AND coalesce(%(last)s::date, 'infinity') + 1
"""
DELETE_ALL_DAYS = """DELETE FROM teams_seatday WHERE seat_id = %(seat)s RETURNING "on" """
DELETE_DAYS = """DELETE FROM teams_seatday WHERE seat_id = %(seat)s AND utc_on = ANY (%(dates)s) RETURNING "on" """
# `OFFSET 0` as in `usage.rebuilding`: each stretch is looked up in the index.
DAYS_FROM_SLOTS = f"""
SELECT stretch."on", (stretch.start AT TIME ZONE 'UTC')::date AS utc_on, model_id, is_long_context, sum(calls), {SUMMED}
FROM unnest(%(ons)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS stretch ("on", start, "end")
CROSS JOIN LATERAL (
    SELECT * FROM usage_slot
    WHERE user_id = %(user)s AND slot_at >= stretch.start AND slot_at < stretch."end" OFFSET 0
) AS slot
WHERE %(sources)s::int[] IS NULL OR source_id = ANY (%(sources)s)
GROUP BY 1, 2, 3, 4
"""
INSERT_DAYS = f"""
INSERT INTO teams_seatday (team_id, seat_id, "on", utc_on, {ROW})
SELECT %(team)s, %(seat)s, made.* FROM ({DAYS_FROM_SLOTS}) AS made RETURNING "on"
"""

DELETE_TEAM_DAYS = """
DELETE FROM teams_teamday USING unnest(%(teams)s::bigint[], %(ons)s::date[]) AS changed (team_id, "on")
WHERE teams_teamday.team_id = changed.team_id AND teams_teamday."on" = changed."on"
"""
TEAM_DAYS = f"""
SELECT team_id, "on", utc_on, model_id, is_long_context, sum(calls), {SUMMED} FROM teams_seatday AS day WHERE {{these}}
GROUP BY 1, 2, 3, 4, 5
"""
INSERT_TEAM_DAYS = f"""
INSERT INTO teams_teamday (team_id, "on", utc_on, {ROW})
SELECT made.* FROM unnest(%(teams)s::bigint[], %(ons)s::date[]) AS changed (team_id, "on")
CROSS JOIN LATERAL ({TEAM_DAYS.format(these='day.team_id = changed.team_id AND day."on" = changed."on"')}) AS made
"""
DAYS_OF_TEAM = """SELECT DISTINCT "on" FROM teams_teamday WHERE team_id = %(team)s AND "on" >= %(first)s"""


@dataclass(frozen=True, slots=True)
class SeatDefinition:
    """What decides which slots are a seat's; no `sources` are all of the user's, no `last` is no end."""

    seat: int
    team: int
    user: int
    time_zone: str
    first: Date
    last: Date | None
    sources: list[int] | None

    def covers(self, on: Date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)

    def parameters(self, dates: Iterable[Date]) -> Parameters:
        """For the slots of these UTC dates."""
        pieces = [piece for date in dates for piece in day_stretches(date, self.time_zone) if self.covers(piece[0])]
        return {
            "team": self.team,
            "seat": self.seat,
            "user": self.user,
            "sources": self.sources,
            "dates": list(dates),
            "ons": [on for on, _, _ in pieces],
            "starts": [start for _, start, _ in pieces],
            "ends": [end for _, _, end in pieces],
        }


@functools.lru_cache(maxsize=4096)  # the seats of a team share its days
def day_stretches(utc_on: Date, time_zone: str) -> list[tuple[Date, datetime.datetime, datetime.datetime]]:
    """The UTC date cut where a day begins in the zone: (day, from, until)."""
    pieces = stretches(utc_on, zoneinfo.ZoneInfo(time_zone))
    days = [(on, list(of_day)) for on, of_day in itertools.groupby(pieces, key=lambda piece: piece.on)]
    return [(on, of_day[0].start, of_day[-1].end) for on, of_day in days]


def fetch(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def find_outdated(*, limit: int) -> list[SeatDefinition]:
    """Seats whose totals were made for another definition, or never; they stay until the transaction ends."""
    return [SeatDefinition(*row) for row in fetch(FIND_OUTDATED, {"limit": limit})]


def count_outdated(*, team_id: int) -> int:
    """Seats of the team whose totals are to be made, or are still in those of the team though they are gone."""
    return int(fetch(COUNT_OUTDATED, {"team": team_id})[0][0])


def list_seats(*, exclude: Collection[int] = ()) -> list[SeatDefinition]:
    found = fetch(f"SELECT {COLUMNS} FROM {SEATS} ORDER BY seat.id", {})
    return [seat for seat in (SeatDefinition(*row) for row in found) if seat.seat not in exclude]


def hold_seats(users: Collection[int]) -> list[SeatDefinition]:
    """The seats of these users, which stay until the transaction ends. Those that somebody else has in hand are to be
    made as a whole, later."""
    if not users:
        return []
    held = [SeatDefinition(*row) for row in fetch(HOLD_SEATS, {"users": list(users)})]
    fetch(FORGET_BUSY, {"users": list(users), "held": [seat.seat for seat in held]})
    return held


def rebuild_seat_dates(seat: SeatDefinition, dates: Collection[Date]) -> set[Date]:
    """Makes the seat's rows of these UTC dates anew; the days of the team that it touched."""
    parameters = seat.parameters(dates)
    return {on for (on,) in fetch(DELETE_DAYS, parameters) + fetch(INSERT_DAYS, parameters)}


def rebuild_whole_seat(seat: SeatDefinition) -> set[Date]:
    """The same for all of the seat."""
    parameters = seat.parameters(find_dates(seat))
    return {on for (on,) in fetch(DELETE_ALL_DAYS, parameters) + fetch(INSERT_DAYS, parameters)}


def find_dates(seat: SeatDefinition) -> list[Date]:
    """The UTC dates on which its user has any usage in its time."""
    found = fetch(FIND_DATES, {"user": seat.user, "first": seat.first, "last": seat.last})
    return [on for (on,) in found]


def put_rollups(seats: Iterable[SeatDefinition]) -> None:
    """Remembers for which definition their totals were made: a seat may have become another by now."""
    rollups = [
        SeatRollup(
            seat_id=seat.seat,
            team_id=seat.team,
            time_zone=seat.time_zone,
            starts_on=seat.first,
            ends_on=seat.last,
            sources=seat.sources,
        )
        for seat in seats
    ]
    definition = ["time_zone", "starts_on", "ends_on", "sources"]
    SeatRollup.objects.bulk_create(rollups, update_conflicts=True, unique_fields=["seat_id"], update_fields=definition)


def forget_gone() -> set[tuple[int, Date]]:
    """(team, day) of the totals in which seats that are gone may still be; they are made anew in this transaction."""
    days: set[tuple[int, Date]] = set()
    for team, first, last in fetch(FORGET_GONE, {}):
        found = fetch(DAYS_OF_TEAM, {"team": team, "first": first})
        days |= {(team, on) for (on,) in found if last is None or on <= last}
    return days


def rebuild_team_days(days: Collection[tuple[int, Date]]) -> None:
    parameters = {"teams": [team for team, _ in days], "ons": [on for _, on in days]}
    fetch(DELETE_TEAM_DAYS, parameters)
    fetch(INSERT_TEAM_DAYS, parameters)
