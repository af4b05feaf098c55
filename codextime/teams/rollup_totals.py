"""The SQL of coarser totals of seats, made from their days: for pages about years of a thousand seats."""

import datetime
from collections.abc import Collection
from typing import Any

from codextime.pricing.selectors import get_book
from codextime.teams.rate_keys import find_keys, find_stretches, place_of
from codextime.teams.rollup_models import SeatTotal
from codextime.teams.rollup_queries import SUMMED, SUMS, SeatDefinition, fetch
from codextime.usage.models import ModelName

# The first day of a span, by its number in `SeatTotal.Span`; the last one is `SeatTotal.FOREVER`.
FIRST_DAYS = {
    2: """date_trunc('month', "on"::timestamp)::date""",
    3: """date_trunc('year', "on"::timestamp)::date""",
    4: "DATE '2001-01-01'",
}
OF_SEAT = "seat_id = %(seat)s"
CHANGED = {span: f"{first} = ANY (%(firsts_{span})s)" for span, first in FIRST_DAYS.items()}
IS_CHANGED = " OR ".join(f'span = {span} AND "on" = ANY (%(firsts_{span})s)' for span in FIRST_DAYS)

# Days are added up from rows, months from days, years from months, and all of it from years.
TOTALS = 'team_id, seat_id, span, "on", calls, tokens, active_days, last_on'
DELETE_TOTALS = f"""
DELETE FROM teams_seattotal WHERE {OF_SEAT} AND (span = 1 AND "on" = ANY (%(days)s) OR {IS_CHANGED})
"""
DAY_TOTALS = """
SELECT team_id, seat_id, 1, "on", sum(calls), sum(input_tokens + output_tokens), 1, "on"
FROM teams_seatday WHERE {these} GROUP BY team_id, seat_id, "on"
"""
LONGER_TOTALS = """
SELECT team_id, seat_id, {span}, {first}, sum(calls), sum(tokens), sum(active_days), max(last_on)
FROM teams_seattotal WHERE span = {span} - 1 AND {these} GROUP BY 1, 2, 4
"""

# All spans from days, and not one from another: the stretches of a span are those of one book of rates.
RATE_TOTALS = f'team_id, seat_id, span, "on", model_id, is_long_context, utc_on, last_utc_on, calls, {SUMS}'
DELETE_RATE_TOTALS = f"DELETE FROM teams_seatratetotal WHERE {OF_SEAT} AND ({IS_CHANGED})"
MAKE_RATE_TOTALS = f"""
SELECT team_id, seat_id, {{span}}, {{first}}, model_id, is_long_context, min(utc_on), max(utc_on), sum(calls), {SUMMED}
FROM teams_seatday WHERE {{these}} GROUP BY 1, 2, 4, 5, 6, {place_of("utc_on")}
"""


def statements(these: str, changed: dict[int, str]) -> list[str]:
    """What fills both tables for the seats of a condition, in the order that it takes."""
    totals, rate_totals = (
        f"INSERT INTO teams_seattotal ({TOTALS})",
        f"INSERT INTO teams_seatratetotal ({RATE_TOTALS})",
    )
    return [
        f"{totals} {DAY_TOTALS.format(these=changed[1])}",
        *(
            f"{insert} {made.format(span=span, first=first, these=f'{these} AND {changed[span]}')}"
            for insert, made in ((totals, LONGER_TOTALS), (rate_totals, MAKE_RATE_TOTALS))
            for span, first in FIRST_DAYS.items()
        ),
    ]


FILL_SEAT = statements(OF_SEAT, {1: f'{OF_SEAT} AND "on" = ANY (%(days)s)', **CHANGED})


def rebuild_seat_totals(seat: SeatDefinition, days: Collection[datetime.date], keys: list[int]) -> None:
    """Makes what spans with these days come to anew. `keys` are those of `find_rate_keys`."""
    parameters: dict[str, Any] = {
        "seat": seat.seat,
        "keys": keys,
        "days": list(days),
        "firsts_2": list({on.replace(day=1) for on in days}),
        "firsts_3": list({on.replace(day=1, month=1) for on in days}),
        "firsts_4": [SeatTotal.FOREVER],
    }
    if days:
        for statement in (DELETE_TOTALS, DELETE_RATE_TOTALS, *FILL_SEAT):
            fetch(statement, parameters)


def find_rate_keys() -> list[int]:
    """Of all models that anybody used, by the public rates."""
    return find_keys(find_stretches(dict(ModelName.objects.values_list("pk", "name")), get_book()))
