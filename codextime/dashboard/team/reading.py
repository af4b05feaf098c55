"""The SQL that pages of seats share, over any table of days."""

from collections.abc import Collection, Sequence

from codextime.dashboard import timeline
from codextime.dashboard.day_sums import BAR
from codextime.dashboard.day_tables import DayTable, sum_days
from codextime.dashboard.periods import Period
from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.sums import DayRow
from codextime.dashboard.team.usage import Date, SeatDetail, SpanRow, find_details
from codextime.pricing.rates import RateBook


def read_spans(
    days: DayTable, column: str, seats: Collection[int], period: Period, grain: str, book: RateBook
) -> list[SpanRow]:
    """`column` is that of the seat."""
    starts = [first for first, _ in timeline.find_spans(period, grain)]
    of_seats = days._replace(whose=f"{days.whose} AND {column} = ANY (%(seats)s)")
    asked = {"starts": starts, "seats": list(seats)}
    rows = sum_days(of_seats, period.first, period.last, column, BAR, book=book, parameters=asked)
    return [make_span(row, starts) for row in rows]


def make_span(row: RatedRow, starts: Sequence[Date]) -> SpanRow:
    seat, bar = row.keys
    first = starts[bar - 1]
    return SpanRow(seat, first, DayRow(first, row.model, row.sum, row.utc_on, row.is_long_context))


def read_details(days: DayTable, column: str, period: Period, book: RateBook) -> dict[int, SeatDetail]:
    """Of all seats of the table; `column` is that of the seat."""
    rows = sum_days(days, period.first, period.last, column, book=book)
    return find_details((row.keys[0], row.model, row.sum) for row in rows)
