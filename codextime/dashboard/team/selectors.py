"""What pages of seats read: at most twelve queries each, of tables that grow with seats and days."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from codextime.dashboard import overview, timeline
from codextime.dashboard.day_sums import Asked, DaySums, read_sums
from codextime.dashboard.freshness import Freshness
from codextime.dashboard.overview import Reading
from codextime.dashboard.periods import Period
from codextime.dashboard.queries import find_period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.team.page import MOST_SEATS, SeatsPage, SeatsReading, build_page, chart_of, find_grain
from codextime.dashboard.team.query import SeatsQuery, TableQuery
from codextime.dashboard.team.seat_table import SeatTable, TableReading, build_table, list_seats, pick_page
from codextime.dashboard.team.sheet import SeatSheet
from codextime.dashboard.team.usage import SeatDetail, SeatInfo, SeatUsage, SpanRow, find_details


def get_page(*, usage: SeatUsage, query: SeatsQuery, now: datetime.datetime) -> SeatsPage:
    """Raises `PeriodOutOfRange`."""
    outdated = usage.count_outdated()  # before what may be newer
    active = usage.known.active
    period = find_period_of(usage, query, active, now)
    book = usage.get_book()
    uses = usage.read_uses(period)
    top = [use.seat for use in uses[:MOST_SEATS]]
    chart = chart_of(period)
    grain = find_grain(query, period)
    spans = usage.read_spans(top, chart, grain, book) if top else []
    found = read_days(usage, query, period, chart, grain)
    read = Reading(
        query=query,
        period=period,
        now=now.astimezone(usage.zone),
        active=active,
        by_day=found.by_day,
        rows=found.rows,
        bars=found.name_bars(),
        hours=(),
        week_hours={},
        labels={},
        freshness=Freshness(None, 0, bool(active), period.today),
        book=book,
    )
    reading = SeatsReading(
        overview=read,
        query=query,
        chart=chart,
        grain=grain,
        uses=uses,
        seats=usage.count_seats(period),
        top=in_order(top, {seat.id: seat for seat in usage.read_seats(top)}),
        spans=spans,
        details=details_of(spans, period),
        budgets=usage.find_budgets(period, active),
        outdated=outdated,
        one=usage.read_one(period),
    )
    return build_page(reading)


def read_days(usage: SeatUsage, query: SeatsQuery, period: Period, chart: Period, grain: str) -> DaySums:
    """Of the bars of the chart, and the days of the calendar."""
    first, last = overview.find_span(query, period)
    asked = Asked(first, last, overview.find_parts(period), timeline.find_edges(chart, grain))
    return read_sums(usage.table, asked, models=usage.known.models, book=usage.get_book())


def details_of(spans: Iterable[SpanRow], period: Period) -> dict[int, SeatDetail]:
    """Of a period that begins and ends where bars do."""
    within = (span for span in spans if span.on >= period.first or period.days > 1)
    return find_details((span.seat, span.row.model, span.row.sum) for span in within)


def in_order(ids: Sequence[int], found: Mapping[int, SeatInfo]) -> list[SeatInfo]:
    return [found[id_] for id_ in ids if id_ in found]


def find_period_of(
    usage: SeatUsage, query: SeatsQuery, active: dict[datetime.date, DayTotal], now: datetime.datetime
) -> Period:
    today = now.astimezone(usage.zone).date()
    return find_period(query, today=today, first_active=min(active, default=today))


def get_table(*, usage: SeatUsage, query: TableQuery, now: datetime.datetime) -> SeatTable:
    """One page of the seats. Raises `PeriodOutOfRange`."""
    active = usage.known.active
    period = find_period_of(usage, query.overview, active, now)
    reading = replace(
        read_table(usage, query, period),
        first_active=min(active, default=None),
        spent=usage.read_spent(period.last.replace(day=1)),
        outdated=usage.count_outdated(),
    )
    shown = pick_page(reading)
    details = usage.read_details([row.seat.id for row in shown.rows], period, usage.get_book())
    return build_table(reading, shown, details)


def read_table(usage: SeatUsage, query: TableQuery, period: Period) -> TableReading:
    """What its seats are put in order by."""
    uses = {use.seat: use for use in usage.read_uses(period)}
    estimates = usage.read_estimates(period, usage.get_book()) if query.column == "estimate" else {}
    return TableReading(query, period, usage.read_seats(), uses, estimates)


def get_sheet(*, usage: SeatUsage, query: TableQuery, now: datetime.datetime) -> SeatSheet:
    """All seats of the table, whichever page of it the address names. Raises `PeriodOutOfRange`."""
    period = find_period_of(usage, query.overview, usage.known.active, now)
    return SeatSheet(usage, period, list_seats(read_table(usage, query, period)), usage.get_book())
