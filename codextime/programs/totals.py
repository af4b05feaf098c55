"""Totals by time and by model, label or thread.

Read from days where days are enough, of threads too; from slots for hours, and from calls for hours of threads: each
adds up to the same.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import compress
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, F, Func, IntegerField, Min, QuerySet, Value
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThan
from msgspec.structs import astuple

from codextime.accounts.models import User
from codextime.dashboard.periods import FIRST_DAY, ONE_DAY
from codextime.dashboard.priced_rows import sum_priced
from codextime.dashboard.selectors import name_sources
from codextime.dashboard.sums import Sum
from codextime.dashboard.timeline import start_of
from codextime.lib.spreadsheets import Value as Cell
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.selectors import get_book
from codextime.programs.buckets import SPAN, find_buckets, place_of
from codextime.programs.queries import LONGEST_BY_HOUR, ParameterWrong, TotalsQuery
from codextime.programs.selectors import narrow
from codextime.programs.tables import Table
from codextime.usage.models import TOKEN_FIELDS, Call, Day, Slot, ThreadDay
from codextime.usage.selectors import sources

SUM_COLUMNS = ("calls", "tokens", *TOKEN_FIELDS, "api_equivalent_usd", "unpriced_tokens")
GROUP_KEYS = {"label": "source_id", "thread": "thread__key"}
ARRAY_OF_MOMENTS = ArrayField(DateTimeField())

EARLIEST = FIRST_DAY - ONE_DAY  # where it is still the day before when uploads begin in UTC
LATEST = 2 * ONE_DAY  # after today: calls are taken up to a day ahead, which may be two dates further

Row = tuple[str, Cell, Sum]  # bucket, group, sum


@dataclass(frozen=True, slots=True)
class Question:
    """A query with what it is about: the days from `first` to `last` in the zone of `user`."""

    user: User
    query: TotalsQuery
    first: datetime.date
    last: datetime.date
    today: datetime.date
    source_names: Mapping[int, str]

    @property
    def keys(self) -> list[str]:
        """The column of the group. The model is always a column: it has the rate."""
        return [GROUP_KEYS[self.query.group]] if self.query.group in GROUP_KEYS else []

    def name_group(self, keys: Sequence[Any], model: str) -> Cell:
        """What the group of a row is called; `None` for calls without a thread, and for a source of this moment."""
        if self.query.group == "label":
            return self.source_names.get(keys[0])
        if self.query.group == "thread":
            return None if keys[0] is None else str(keys[0].hex)
        return model if self.query.group == "model" else None


def get_totals(*, user: User, query: TotalsQuery, now: datetime.datetime) -> Table:
    """The totals of the days asked for; without a limit all up to today. Raises `ParameterWrong`."""
    question = make_question(user, query, now)
    cells: dict[tuple[str, Cell], Sum] = {}
    whole = Sum()
    for bucket, group, sum_ in read_rows(question):
        cells.setdefault((bucket, group), Sum()).add(sum_)
        whole.add(sum_)
    ordered = sorted(
        cells.items(), key=lambda item: (place_of(item[0][0], query.by), item[0][1] is None, str(item[0][1]))
    )
    has_keys = (query.by is not None, query.group is not None)
    return Table(
        columns=[*(name for name in (query.by, query.group) if name), *SUM_COLUMNS],
        rows=[[*compress(keys, has_keys), *as_cells(sum_)] for keys, sum_ in ordered],
        about={
            "user": user.public_id,
            "time_zone": user.time_zone,
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "total": dict(zip(SUM_COLUMNS, as_cells(whole), strict=True)),
        },
    )


def make_question(user: User, query: TotalsQuery, now: datetime.datetime) -> Question:
    today = now.astimezone(user.zone).date()
    first, last = query.choice.first, query.choice.last or today
    if first is not None and first > last:
        raise ParameterWrong("from", "“from” is a day to come.")
    if query.by == "hour" and (first is None or (last - first).days >= LONGEST_BY_HOUR):
        raise ParameterWrong("from", f"Hours are given of at most {LONGEST_BY_HOUR} days: say from which day on.")
    if first is None:
        earliest = Day.objects.filter(user=user).aggregate(on=Min("on"))["on"] or last
        first = min(earliest, last)
    names = name_sources(sources(user=user).values_list("pk", "label"))
    return Question(user, query, first, last, today, names)


def read_rows(question: Question) -> Iterator[Row]:
    if question.query.group == "thread":
        return (
            from_moments(question, calls_of(question.user), "at")
            if question.query.by == "hour"
            else from_threads(question)
        )
    if question.query.by == "hour":
        slots = Slot.objects.filter(user=question.user).annotate(utc_on=TruncDate("slot_at", tzinfo=datetime.UTC))
        return from_moments(question, slots, "slot_at")
    return from_days(question)


def from_threads(question: Question) -> Iterator[Row]:
    """What days have beyond those of threads belongs to none."""
    rest: dict[str, Sum] = {}
    for bucket, _, sum_ in from_days(replace(question, query=replace(question.query, group=None))):
        rest.setdefault(bucket, Sum()).add(sum_)
    for bucket, thread, sum_ in from_days(question, ThreadDay):
        rest.setdefault(bucket, Sum()).take_away(sum_)
        yield bucket, thread, sum_
    yield from ((bucket, None, sum_) for bucket, sum_ in rest.items() if sum_.calls > 0)


def from_days(question: Question, kind: type[Day | ThreadDay] = Day) -> Iterator[Row]:
    by = question.query.by
    days: QuerySet[Any] = kind._default_manager.filter(user=question.user, on__range=(question.first, question.last))
    time = [] if by is None else ["on"]
    for keys, model, sum_ in sum_priced(choose(days, question), *time, *question.keys, book=get_book(question.user)):
        bucket = SPAN if by is None else start_of(keys[0], by).isoformat()
        yield bucket, question.name_group(keys[len(time) :], model), sum_


def from_moments(question: Question, rows: QuerySet[Any], moment: str) -> Iterator[Row]:
    """From rows that each lie at one `moment`."""
    first, last = max(question.first, EARLIEST), min(question.last, question.today + LATEST)
    if first > last:
        return
    buckets = find_buckets(first, last, by=question.query.by, zone=question.user.zone)
    within = rows.filter(**{f"{moment}__gte": buckets.starts[0], f"{moment}__lt": buckets.starts[-1]})
    starts = Value(buckets.starts, ARRAY_OF_MOMENTS)
    numbered = within.annotate(
        bucket=Func(moment, starts, function="width_bucket", output_field=IntegerField()),
    )
    for (number, *keys), model, sum_ in sum_priced(
        choose(numbered, question), "bucket", *question.keys, book=get_book(question.user)
    ):
        bucket = buckets.names[number - 1]
        if bucket is not None:
            yield bucket, question.name_group(keys, model), sum_


def calls_of(user: User) -> QuerySet[Any]:
    """The calls that count, each as the sum of itself."""
    return Call.objects.filter(user=user, withdrawn_at=None).annotate(
        utc_on=TruncDate("at", tzinfo=datetime.UTC),
        is_long_context=GreaterThan(F("input_tokens"), LONG_CONTEXT_TOKENS),
        calls=Value(1),
    )


def choose(rows: QuerySet[Any], question: Question) -> QuerySet[Any]:
    choice = question.query.choice
    return narrow(rows, models=choice.models, labels=choice.labels, source_names=question.source_names)


def as_cells(sum_: Sum) -> list[Cell]:
    """In the order of `SUM_COLUMNS`. Without any rate there is no amount, which is not the same as nothing."""
    usd = None if sum_.is_unpriced else plain(sum_.usd)
    return [sum_.calls, sum_.tokens.total, *astuple(sum_.tokens), usd, sum_.estimate.unpriced_tokens]


def plain(amount: Decimal) -> str:
    """All its digits, and no zeros behind them."""
    return f"{amount.normalize():f}"
