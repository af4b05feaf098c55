"""What each seat of a team used and would have cost, from the longest totals that fit into a period."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from codextime.dashboard import sums
from codextime.dashboard.periods import Period
from codextime.dashboard.sums import Sum
from codextime.lib.tokens import Tokens
from codextime.pricing.rates import RateBook, find_rate
from codextime.teams.rate_keys import find_keys, find_stretches, place_of
from codextime.teams.rollup_models import SeatTotal
from codextime.teams.rollup_queries import SUMMED, SUMS, fetch
from codextime.teams.rollup_totals import FIRST_DAYS
from codextime.usage.rate_table import PARTS, amount_of, amounts_of

Date = datetime.date

DAY, MONTH, YEAR, ALL = SeatTotal.Span.DAY, SeatTotal.Span.MONTH, SeatTotal.Span.YEAR, SeatTotal.Span.ALL

OF_SEATS, OF_TEAM = "seat_id = ANY (%(seats)s)", "team_id = %(team)s"
NAMED = f"seat_id, model_id, is_long_context, utc_on, calls, {SUMS}"
TOTALS = """
SELECT * FROM unnest(%(spans)s::smallint[], %(firsts)s::date[]) AS part (span, "on")
JOIN teams_seatratetotal USING (span, "on") WHERE {whose}
"""
IS_OF_ONE_RATE = f"{place_of('utc_on')} = {place_of('last_utc_on')}"
# What rates that were learned since divide is read by days.
ROWS = f"""
WITH total AS NOT MATERIALIZED ({TOTALS})
SELECT {NAMED} FROM total WHERE {IS_OF_ONE_RATE}
UNION ALL
SELECT {", ".join(f"day.{name}" for name in NAMED.split(", "))}
FROM (SELECT * FROM total WHERE NOT {IS_OF_ONE_RATE} OFFSET 0) AS total
JOIN LATERAL (SELECT * FROM teams_seatday AS day WHERE day.seat_id = total.seat_id OFFSET 0) AS day
    ON (day.model_id, day.is_long_context) = (total.model_id, total.is_long_context)
    AND day.utc_on BETWEEN total.utc_on AND total.last_utc_on
    AND total."on" = CASE span {{firsts}} END
UNION ALL
SELECT {NAMED} FROM teams_seatday WHERE {{whose}} AND "on" = ANY (%(days)s)
"""
FIRSTS = " ".join(
    f"WHEN {span} THEN {first.replace(chr(34) + 'on' + chr(34), 'day.' + chr(34) + 'on' + chr(34))}"
    for span, first in FIRST_DAYS.items()
)
SUM_UP = f"""
SELECT seat_id, model_id, is_long_context, min(utc_on), sum(calls), {SUMMED} FROM ({{rows}}) AS day
GROUP BY seat_id, model_id, is_long_context, {place_of("utc_on")}
"""
# What has no rate comes last. Rounded, so that a sum has the same value on the next page.
ESTIMATE = f"""
SELECT seat_id, coalesce(round(sum({amount_of("usd")})::numeric / 1000000, 6), -1)
FROM (
    SELECT day.*, 2 * {place_of("utc_on")} - 1 + is_long_context::int AS place FROM ({{rows}}) AS day OFFSET 0
) AS day GROUP BY seat_id
"""


def find_parts(active: Iterable[Date], period: Period) -> set[tuple[int, Date]]:
    """(span, its first day): the fewest totals that hold every day of the period with calls, and no other. `active` are
    all days with calls, also those outside of it."""
    within: list[Date] = []
    outside: list[Date] = []
    for on in active:
        (within if period.first <= on <= period.last else outside).append(on)
    if not outside:
        return {(ALL.value, SeatTotal.FOREVER)}
    years, months = {first_of_year(on) for on in outside}, {on.replace(day=1) for on in outside}
    return {
        (YEAR.value, first_of_year(on))
        if first_of_year(on) not in years
        else (MONTH.value, on.replace(day=1))
        if on.replace(day=1) not in months
        else (DAY.value, on)
        for on in within
    }


def first_of_year(on: Date) -> Date:
    return on.replace(month=1, day=1)


@dataclass(frozen=True, slots=True)
class SeatRows:
    """The rows of seats of a team in the `parts` of a period. `models` are those that the team has calls of: names by
    id."""

    team_id: int
    parts: Collection[tuple[int, Date]]
    models: Mapping[int, str]
    book: RateBook = field(repr=False)

    @property
    def stretches(self) -> list[tuple[int, Date]]:
        return find_stretches(self.models, self.book)

    def read_sums(self, seats: Collection[int]) -> Iterator[tuple[int, str, Sum]]:
        """(seat, model, priced sum) of these."""
        statement = SUM_UP.format(rows=ROWS.format(whose=OF_SEATS, firsts=FIRSTS))
        for seat, model, is_long, utc_on, calls, *counted in fetch(statement, self.parameters(seats)):
            name, tokens = self.models[model], Tokens(*map(int, counted))
            yield seat, name, sums.priced(calls, tokens, name, utc_on, is_long_context=is_long, book=self.book)

    def read_estimates(self) -> dict[int, Decimal]:
        """By seat, of all of the team: to put them in order, not to be shown."""
        amounts = [
            amounts_of(find_rate(self.models[model], on, self.book), is_long)
            for model, on in self.stretches
            for is_long in (False, True)
        ]
        rates = {f"usd_{part}": [row[n] for row in amounts] for n, part in enumerate(PARTS)}
        statement = ESTIMATE.format(rows=ROWS.format(whose=OF_TEAM, firsts=FIRSTS))
        return dict(fetch(statement, rates | self.parameters(()))) if amounts else {}

    def parameters(self, seats: Collection[int]) -> dict[str, Any]:
        longer = [(span, on) for span, on in self.parts if span != DAY]
        return {
            "team": self.team_id,
            "seats": list(seats),
            "spans": [span for span, _ in longer],
            "firsts": [on for _, on in longer],
            "days": [on for span, on in self.parts if span == DAY],
            "keys": find_keys(self.stretches),
        }
