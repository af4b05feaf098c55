"""What the page of the estimate reads: days, added up in the database by what has one rate."""

import datetime

from django.db.models import Min

from codextime.accounts.models import User
from codextime.dashboard import periods, timeline
from codextime.dashboard.day_tables import days_of, sum_days
from codextime.dashboard.estimate_page import EstimatePage, Reading, build_estimate_page
from codextime.dashboard.own_rate_page import OwnRatesPage, build_own_rates_page
from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.selectors import name_sources
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book, get_own_prices
from codextime.usage.models import Day
from codextime.usage.selectors import sources

ON = '"on"'
SPANS = {grain: f"date_trunc('{grain}', {ON}::timestamp)::date" for grain in ("week", "month")}


def get_estimate_page(*, user: User, query: OverviewQuery, now: datetime.datetime) -> EstimatePage:
    """The user's own estimate of a period, with days in the user's time zone and rates of the user's own. Raises
    `PeriodOutOfRange`."""
    today = now.astimezone(user.zone).date()
    first_active = Day.objects.filter(user=user).aggregate(first=Min("on"))["first"]
    period = find_period(query, today=today, first_active=first_active or today)
    book = get_book(user)
    by_source = read_by_source(user, period, book)
    reading = Reading(
        query=query,
        period=period,
        first_active=first_active,
        by_source=by_source,
        by_span=read_by_span(user, period, book) if period.days > 1 else [],
        labels=name_sources(sources(user=user).values_list("pk", "label")),  # after the rows: a source may be new
        book=book,
    )
    return build_estimate_page(reading)


def read_by_source(user: User, period: periods.Period, book: RateBook) -> list[tuple[int, RatedRow]]:
    return [(row.keys[0], row) for row in sum_days(days_of(user), period.first, period.last, "source_id", book=book)]


def read_by_span(user: User, period: periods.Period, book: RateBook) -> list[tuple[datetime.date, RatedRow]]:
    """By the first date of each day, week or month of the chart."""
    span = SPANS.get(timeline.fitting_grain(period), ON)
    return [(row.keys[0], row) for row in sum_days(days_of(user), period.first, period.last, span, book=book)]


def get_own_rates_page(*, user: User) -> OwnRatesPage:
    """What the user typed, and the models that they used."""
    models = Day.objects.filter(user=user).values_list("model__name", flat=True).distinct().order_by("model__name")
    return build_own_rates_page(get_own_prices(user=user), list(models))
