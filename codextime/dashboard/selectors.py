"""What the overview reads: days, their hours, and the slots of a single day; never calls, which grow without end."""

import datetime
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractIsoWeekDay

from codextime.accounts.access import find_signed_in
from codextime.accounts.models import AccountErasure, User
from codextime.boards.periods import DEFAULT_MEASURE, DEFAULT_PERIOD, PERIODS
from codextime.boards.reading import find_standing
from codextime.dashboard import overview, periods, sums
from codextime.dashboard.corrections import LINES_PER_PAGE, Page, build_page
from codextime.dashboard.freshness import read_freshness, with_freshness
from codextime.dashboard.overview import Overview, Reading
from codextime.dashboard.priced_rows import COLUMNS, sum_priced
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.timeline import HourRow
from codextime.dashboard.withdrawals import Line, build_lines
from codextime.lib.tokens import Tokens
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage import models as usage
from codextime.usage.ledger import Place, list_corrections
from codextime.usage.selectors import count_waiting_calls, sources, withdrawals

MOST_WITHDRAWALS = 100


def get_overview(*, user: User, query: OverviewQuery, now: datetime.datetime) -> Overview:
    """The overview of the user's own usage, with days in the user's time zone."""
    fresh = read_freshness(with_freshness(User.objects.filter(pk=user.pk)).get(), now)  # before what may be newer
    active = set(usage.Day.objects.filter(user=user).values_list("on", flat=True).distinct())
    first_active = min(active, default=fresh.today)
    period = periods.find_period(query.period, query.on, today=fresh.today, first_active=first_active)
    first, last = overview.find_span(period)
    book = get_book(user)
    reading = Reading(
        query=query,
        period=period,
        now=now.astimezone(user.zone),
        active=active,
        days=read_days(user, first, last, book),
        hours=read_hours(user, period.last, book) if period.days == 1 else [],
        week_hours=read_week_hours(user, period),
        labels=read_labels(user, period, book),
        freshness=fresh,
        standing=find_standing(user=user, period=PERIODS.get(period.name, DEFAULT_PERIOD), measure=DEFAULT_MEASURE),
    )
    return overview.build_overview(reading)


def find_version(*, session: SessionBase, now: datetime.datetime) -> str | None:
    """The version of the figures of whom the session belongs to; `None` if it belongs to nobody."""
    user = find_signed_in(session, with_freshness(User.objects.all()))
    return read_freshness(user, now).version if user else None


def read_days(user: User, first: datetime.date, last: datetime.date, book: RateBook) -> list[sums.DayRow]:
    """A row for each day, model and rate: as few as there can be if each is to be priced."""
    return [sums.DayRow(on, model, sum_) for on, model, sum_ in read_priced(user, first, last, book, by="on")]


def read_labels(user: User, period: periods.Period, book: RateBook) -> dict[str, sums.Sum]:
    """The sum of each label. Sources with the same label are one; a source without one has a number."""
    rows = list(read_priced(user, period.first, period.last, book, by="source_id"))
    names = name_sources(sources(user=user).values_list("pk", "label"))  # after the rows: a source may be new
    labels: dict[str, sums.Sum] = {}
    for source_id, _, sum_ in rows:
        labels.setdefault(names[source_id], sums.Sum()).add(sum_)
    return labels


def read_priced(
    user: User, first: datetime.date, last: datetime.date, book: RateBook, *, by: str
) -> Iterator[tuple[Any, str, sums.Sum]]:
    """(the column `by`, model, priced sum) of the days from `first` to `last`."""
    days = usage.Day.objects.filter(user=user, on__range=(first, last))
    for (key,), model, sum_ in sum_priced(days, by, book=book):
        yield key, model, sum_


def read_hours(user: User, on: datetime.date, book: RateBook) -> list[HourRow]:
    """The slots of one day, each with its hour in the user's time zone."""
    rows = slots_between(user, on, on).values_list("slot_at", "model__name", "is_long_context", *COLUMNS)
    return [
        HourRow(
            slot_at.astimezone(user.zone).hour,
            model,
            sums.priced(calls, Tokens(*tokens), model, slot_at.date(), is_long_context=is_long, book=book),
        )
        for slot_at, model, is_long, calls, *tokens in rows
    ]


def read_week_hours(user: User, period: periods.Period) -> dict[tuple[int, int], int]:
    """Tokens by (weekday from 0 for Monday, hour) of the user's time zone."""
    hours = usage.DayHour.objects.filter(user=user, on__range=(period.first, period.last))
    rows = hours.values_list(ExtractIsoWeekDay("on"), "hour").annotate(Sum("tokens")).order_by()
    return {(weekday - 1, hour): int(tokens) for weekday, hour, tokens in rows}


def slots_between(user: User, first: datetime.date, last: datetime.date) -> "QuerySet[usage.Slot]":
    """The slots from the first day's midnight up to the midnight after the last, in the user's time zone."""
    after = last + periods.ONE_DAY
    return usage.Slot.objects.filter(
        user=user, slot_at__gte=midnight(first, user.zone), slot_at__lt=midnight(after, user.zone)
    )


def midnight(on: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(on, datetime.time(), zone)


def name_sources(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, (id_, label) in enumerate(rows, 1):
        names[id_] = label or f"Source {number}"
    return names


@dataclass(frozen=True, slots=True)
class LabelledSource:
    id: int
    name: str
    label: str
    device: str
    is_archived: bool


def get_labelled_sources(user: User) -> list[LabelledSource]:
    """The user's sources with the names that charts show, those in use first; without those that nothing is known of,
    label or calls."""
    rows = list(sources(user=user))
    names = name_sources((row.pk, row.label) for row in rows)
    with_calls = set(usage.Day.objects.filter(user=user).values_list("source_id", flat=True).distinct())
    known = [
        LabelledSource(
            row.pk, names[row.pk], row.label, row.device.name if row.device else "", row.archived_at is not None
        )
        for row in rows
        if row.label or row.pk in with_calls
    ]
    return sorted(known, key=attrgetter("is_archived"))


def get_withdrawals(*, user: User, now: datetime.datetime) -> list[Line]:
    """The newest withdrawals, as the page shows them; what waits for the owner is first."""
    return build_lines(withdrawals(user=user)[:MOST_WITHDRAWALS], now=now)


def get_corrections(*, user: User, after: Place | None) -> Page:
    """One page of the user's ledger, newest first, from behind a place of it or from its top."""
    lines = list_corrections(user=user, after=after, limit=LINES_PER_PAGE + 1)
    return build_page(lines, is_first=after is None)


def find_erasure_due_at(*, user: User) -> datetime.datetime | None:
    """When the account is erased; `None` if it stays."""
    return AccountErasure.objects.filter(user=user).values_list("due_at", flat=True).first()


def find_waiting(*, user: User) -> str:
    """A sentence about withdrawals that wait for the user; empty if none does."""
    return overview.describe_waiting(count_waiting_calls(user=user))
