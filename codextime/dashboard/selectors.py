"""What the overview reads: days, their hours, and the slots of a single day; never calls, which grow without end."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from codextime.accounts.access import find_signed_in
from codextime.accounts.models import AccountErasure, User
from codextime.boards.periods import DEFAULT_MEASURE, DEFAULT_PERIOD, PERIODS
from codextime.boards.reading import find_standing
from codextime.dashboard import day, overview, periods, sums, timeline, timeline_card
from codextime.dashboard.corrections import LINES_PER_PAGE, Page, build_page
from codextime.dashboard.day import DayPage, DayReading
from codextime.dashboard.day_queries import DayQuery
from codextime.dashboard.day_sums import MODEL, SOURCE, Asked, read_sums
from codextime.dashboard.day_tables import days_of, read_days, read_known
from codextime.dashboard.freshness import read_freshness, with_freshness
from codextime.dashboard.hour_reading import add_up_hours, find_busiest_hour, read_week_hours
from codextime.dashboard.hours import SlotRow
from codextime.dashboard.overview import Overview, Reading
from codextime.dashboard.priced_rows import COLUMNS
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.thread_reading import read_threads
from codextime.dashboard.timeline import HourRow
from codextime.dashboard.withdrawals import Line, build_lines
from codextime.lib.tokens import Tokens
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage import models as usage
from codextime.usage.ledger import Place, list_corrections
from codextime.usage.selectors import count_waiting_calls, sources, withdrawals

MOST_WITHDRAWALS = 100
MOST_THREADS_OF_A_DAY = 10


def get_overview(*, user: User, query: OverviewQuery, now: datetime.datetime) -> Overview:
    """The overview of the user's own usage, with days in the user's time zone. Raises `PeriodOutOfRange`."""
    due_at = Subquery(AccountErasure.objects.filter(user=OuterRef("pk")).values("due_at"))
    row = with_freshness(User.objects.filter(pk=user.pk)).annotate(erasure_due_at=due_at).get()
    fresh = read_freshness(row, now)  # before what may be newer
    days = days_of(user)
    active, models = read_known(days)
    period = find_period(query, today=fresh.today, first_active=min(active, default=fresh.today))
    book = get_book(user)
    found = read_sums(days, ask(query, period), models=models, book=book)
    names = name_sources(sources(user=user).values_list("pk", "label"))  # after the sums: a source may be new
    of_labels = names if query.stack == "label" else None
    hours = read_hours(user, period.last, book, of_labels) if period.days == 1 else []
    reading = Reading(
        query=query,
        period=period,
        now=now.astimezone(user.zone),
        active=active,
        by_day=found.by_day,
        rows=found.rows,
        bars=found.name_bars(of_labels),
        hours=hours,
        week_hours=add_up_hours(hours, period.last) if period.days == 1 else read_week_hours(user, period),
        labels=sums.add_up_each((names[part.key], part.sum) for part in found.sources if part.on == period.first),
        freshness=fresh,
        book=book,
        standing=find_standing(user=user, period=PERIODS.get(period.name, DEFAULT_PERIOD), measure=DEFAULT_MEASURE),
        busiest_hour=find_busiest_hour(user, active),
        threads=read_threads(user, period, book),
        grouping_link=reverse("settings") + "#sessions",
        erasure_due_at=row.erasure_due_at,
    )
    return overview.build_overview(reading)


def ask(query: OverviewQuery, period: periods.Period) -> Asked:
    """For the sums of the page."""
    return Asked(
        *overview.find_span(query, period),
        parts=overview.find_parts(period),
        bars=timeline.find_edges(period, timeline_card.find_grain(query, period)),
        series=SOURCE if query.stack == "label" else MODEL,
        has_sources=True,
    )


def get_day(*, user: User, on: datetime.date, query: DayQuery, now: datetime.datetime) -> DayPage:
    """The page of a day in the user's time zone. Raises `PeriodOutOfRange`."""
    fresh = read_freshness(with_freshness(User.objects.filter(pk=user.pk)).get(), now)
    periods.find_custom(on, on, today=fresh.today)
    period = periods.Period("today", on, on, fresh.today)
    book = get_book(user)
    rows = read_slots(user, on, book)
    names = name_sources(sources(user=user).values_list("pk", "label"))
    reading = DayReading(
        query=query,
        period=period,
        now=now.astimezone(user.zone),
        zone=user.zone,
        slots=[SlotRow(slot_at, names.get(source_id, ""), row) for slot_at, source_id, row in rows],
        before=read_days(days_of(user), on - periods.ONE_DAY, on - periods.ONE_DAY, book),
        nearest=find_nearest(user, on),
        freshness=fresh,
        book=book,
        threads=read_threads(user, period, book, limit=MOST_THREADS_OF_A_DAY),
        grouping_link=reverse("settings") + "#sessions",
    )
    return day.build_day(reading)


def find_nearest(user: User, on: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
    """The last day with calls before this one, and the first after it."""
    days = usage.Day.objects.filter(user=user)
    found = days.aggregate(before=Max("on", filter=Q(on__lt=on)), after=Min("on", filter=Q(on__gt=on)))
    return found["before"], found["after"]


def find_version(*, session: SessionBase, now: datetime.datetime) -> str | None:
    """The version of the figures of whom the session belongs to; `None` if it belongs to nobody."""
    user = find_signed_in(session, with_freshness(User.objects.all()))
    return read_freshness(user, now).version if user else None


def read_hours(user: User, on: datetime.date, book: RateBook, labels: dict[int, str] | None) -> list[HourRow]:
    """The slots of one day, each with its hour in the user's time zone, by model or by the labels of their sources."""
    return [
        HourRow(
            slot_at.astimezone(user.zone).hour, labels.get(source_id, "") if labels is not None else row.model, row.sum
        )
        for slot_at, source_id, row in read_slots(user, on, book)
    ]


def read_slots(user: User, on: datetime.date, book: RateBook) -> list[tuple[datetime.datetime, int, sums.DayRow]]:
    """(beginning, source, calls) of the slots of one day in the user's time zone."""
    columns = ("slot_at", "source_id", "model__name", "is_long_context", *COLUMNS)
    rows = []
    for slot_at, source_id, model, is_long, calls, *tokens in slots_between(user, on, on).values_list(*columns):
        utc_on = slot_at.astimezone(datetime.UTC).date()
        sum_ = sums.priced(calls, Tokens(*map(int, tokens)), model, utc_on, is_long_context=is_long, book=book)
        rows.append((slot_at, source_id, sums.DayRow(on, model, sum_, utc_on, is_long)))
    return rows


def slots_between(user: User, first: datetime.date, last: datetime.date) -> "QuerySet[usage.Slot]":
    """The slots from the first day's midnight up to the midnight after the last, in the user's time zone."""
    after = last + periods.ONE_DAY
    return usage.Slot.objects.filter(
        user=user, slot_at__gte=periods.midnight(first, user.zone), slot_at__lt=periods.midnight(after, user.zone)
    )


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
