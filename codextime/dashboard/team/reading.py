"""The SQL that pages of seats share, over any table of days."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, QuerySet

from codextime.dashboard.periods import Period
from codextime.dashboard.priced_rows import sum_rated
from codextime.dashboard.sums import DayRow
from codextime.dashboard.team.usage import SeatDetail, SpanRow, find_details, span_of
from codextime.pricing.rates import RateBook

Rows = QuerySet[Any]


def read_spans(
    days: Rows, column: str, seats: Collection[int], period: Period, grain: str, book: RateBook
) -> list[SpanRow]:
    """`column` is that of the seat."""
    rows = days.filter(**{f"{column}__in": seats}, on__range=(period.first, period.last))
    rows = rows.annotate(span=span_of(grain, period) or F("on"))
    return [
        SpanRow(
            row.keys[0],
            row.keys[1],
            DayRow(row.keys[1], row.model, row.sum, row.model, row.utc_on, row.is_long_context),
        )
        for row in sum_rated(rows, column, "span", book=book)
    ]


def read_details(
    days: Rows, column: str, seats: Collection[int], period: Period, book: RateBook
) -> dict[int, SeatDetail]:
    rows = days.filter(**{f"{column}__in": seats}, on__range=(period.first, period.last))
    return find_details((row.keys[0], row.model, row.sum) for row in sum_rated(rows, column, book=book))
