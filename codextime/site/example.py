"""A dashboard of somebody who does not exist: invented figures, the same for all, through the real overview.

Figures of a day depend on the day alone, so they stay when time goes on; those of today grow from hour to hour.
"""

import datetime
import functools
import math
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise

from django.urls import reverse
from django.utils.translation import get_language

from codextime.dashboard import overview, sums
from codextime.dashboard.figures import ThreadCounts
from codextime.dashboard.freshness import Freshness
from codextime.dashboard.overview import Overview, Reading
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.records import BusiestHour, DayTotal
from codextime.dashboard.thread_reading import Threads, ThreadUse
from codextime.dashboard.timeline import HourRow
from codextime.lib.tokens import Tokens
from codextime.pricing import estimates
from codextime.pricing.estimates import Estimate
from codextime.pricing.rates import PACKAGED
from codextime.usage.thread_names import name_thread

DAYS = 460  # of usage up to today: more than the calendar and the year before show
CALLS = 760  # of an ordinary weekday
INPUT, OUTPUT = 46_000, 2_300  # tokens of an ordinary call
BY_HOUR = (2, 1, 0, 0, 0, 0, 0, 1, 5, 22, 38, 44, 27, 30, 48, 52, 46, 35, 18, 8, 9, 14, 12, 6)
BY_WEEKDAY = (0.95, 1.1, 1.15, 1.0, 0.8, 0.16, 0.12)
BEGUN = datetime.date(2025, 8, 1)  # from here on it became more and more, for a while
LABELS = {"Work laptop": 53, "Desktop": 34, "CI": 13}
# Which models took over when, from the largest share to the smallest.
MODELS = (
    (datetime.date(2025, 1, 1), ("gpt-5-codex", "gpt-5", "gpt-5-mini")),
    (datetime.date(2025, 11, 20), ("gpt-5.1-codex", "gpt-5-codex", "gpt-5.1-codex-mini")),
    (datetime.date(2026, 3, 5), ("gpt-5.4", "gpt-5.3-codex", "gpt-5.1-codex-mini")),
    (datetime.date(2026, 7, 12), ("gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna")),
    (datetime.date(2026, 10, 1), ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.6-luna")),
)
SHARES = (58, 25, 14, 3)  # the last is a model of their own
CALLS_PER_THREAD = 24
THREAD_SHARES = (3.4, 2.6, 1.9, 1.5, 1.2)  # percent of the tokens
THREAD_SEED = 0x9E3779B97F4A7C15F39CC060
AGE = datetime.timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class Part:
    """What was used of one model on one day, without a price yet."""

    on: datetime.date
    model: str
    calls: int
    tokens: Tokens

    @property
    def row(self) -> sums.DayRow:
        return sums.DayRow(self.on, self.model, priced(self), self.on)


def priced(part: Part) -> sums.Sum:
    """At the shipped rates, so that the page needs no database."""
    return sums.priced(part.calls, part.tokens, part.model, part.on, is_long_context=False, book=PACKAGED)


def get_example(*, query: OverviewQuery, now: datetime.datetime) -> Overview:
    """The overview that `query` asks for, as of the full hour before `now` (UTC). Raises `PeriodOutOfRange`."""
    asked = replace(query, path=reverse("example"), has_pages=False)
    return build_example(asked, now.replace(minute=0, second=0, microsecond=0), get_language())


@functools.lru_cache(maxsize=64)
def build_example(query: OverviewQuery, hour: datetime.datetime, language: str) -> Overview:
    """`language` is that of its texts, which are kept with it."""
    parts, today = invent(hour), hour.date()
    period = find_period(query, today=today, first_active=parts[0].on)
    before = period.before()
    shown = [part for part in parts if period.first <= part.on <= period.last]
    first, last = overview.find_span(query, period)
    by_label = [(label, part) for whole in shown for label, part in split_by_label(whole)]
    named = by_label if query.stack == "label" else [(part.model, part) for part in shown]
    rows = [part.row for part in parts if first <= part.on <= last]
    reading = Reading(
        query=query,
        period=period,
        now=hour,
        active=totals_of(parts),
        by_day=sums.group(rows, lambda row: row.on),
        rows=rows,
        bars=[sums.SeriesRow(part.on, name, priced(part)) for name, part in named],
        hours=list(hours_of(named, hour)) if period.days == 1 else [],
        week_hours=week_hours(shown, hour),
        labels=labels_of(by_label),
        freshness=Freshness(uploaded_at=hour - AGE, dirty_dates=0, has_days=True, today=today),
        book=PACKAGED,
        busiest_hour=find_busiest_hour(parts, hour),
        threads=invent_threads(
            shown, [part for part in parts if before and before.first <= part.on <= before.last], hour
        ),
    )
    return overview.build_overview(reading)


@functools.lru_cache(maxsize=2)
def invent(hour: datetime.datetime) -> list[Part]:
    """Everything that was ever used up to the full hour."""
    days = (hour.date() - datetime.timedelta(days=n) for n in reversed(range(DAYS)))
    return [part for on in days for part in invent_day(on, share_of_day(on, hour)) if part.calls]


def share_of_day(on: datetime.date, hour: datetime.datetime) -> float:
    """How much of the day's usage has been by then."""
    return sum(BY_HOUR[: hour.hour]) / sum(BY_HOUR) if on == hour.date() else 1.0


def invent_day(on: datetime.date, share: float) -> Iterator[Part]:
    dice = random.Random(on.toordinal())  # noqa: S311  # invented figures that must be the same every time
    growth = min(0.35 + (on - BEGUN).days / 500, 1.3)
    season = growth * (1 + 0.22 * math.sin(on.toordinal() / 23) + 0.1 * math.sin(on.toordinal() / 6.1))
    is_off = on.isocalendar().week in (1, 16, 31, 52) or dice.random() < (0.55 if on.weekday() > 4 else 0.05)
    calls = 0 if is_off else CALLS * BY_WEEKDAY[on.weekday()] * season * dice.lognormvariate(0, 0.35) * share
    models = next(models for since, models in reversed(MODELS) if since <= on)
    for model, percent in zip((*models, "custom"), SHARES, strict=True):
        count = round(calls * percent / 100 * dice.uniform(0.7, 1.3))
        read, written = round(count * INPUT * dice.uniform(0.8, 1.2)), round(count * OUTPUT * dice.uniform(0.7, 1.4))
        cached, thought = round(read * dice.uniform(0.74, 0.92)), round(written * dice.uniform(0.25, 0.45))
        yield Part(on, model, count, Tokens(read, cached, 0, written, thought))


def split(whole: int, weights: Sequence[float]) -> list[int]:
    """`whole` in parts as `weights` are to each other; the parts add up to it exactly. All are 0 without any weight."""
    marks = [0, *accumulate(weights)]
    if not marks[-1]:
        return [0] * len(weights)
    return [int(whole * after / marks[-1]) - int(whole * before / marks[-1]) for before, after in pairwise(marks)]


def split_part(part: Part, weights: Sequence[float]) -> list[Part]:
    """Where there are no calls, there are no tokens."""
    calls = split(part.calls, weights)
    tokens = zip(*(split(getattr(part.tokens, name), calls) for name in Tokens.__struct_fields__), strict=True)
    return [Part(part.on, part.model, count, Tokens(*each)) for count, each in zip(calls, tokens, strict=True)]


def hours_until(on: datetime.date, hour: datetime.datetime) -> Sequence[float]:
    """The weights of the 24 hours of a day: none for what is still to come."""
    return [weight if on < hour.date() or n < hour.hour else 0 for n, weight in enumerate(BY_HOUR)]


def hours_of(named: Iterable[tuple[str, Part]], hour: datetime.datetime) -> Iterator[HourRow]:
    """Parts with the name, of a model or a label, that their hours have."""
    for name, whole in named:
        for n, part in enumerate(split_part(whole, hours_until(whole.on, hour))):
            if part.calls:
                yield HourRow(n, name, priced(part))


def week_hours(parts: Sequence[Part], hour: datetime.datetime) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for whole in parts:
        for n, part in enumerate(split_part(whole, hours_until(whole.on, hour))):
            found[whole.on.weekday(), n] = found.get((whole.on.weekday(), n), 0) + part.tokens.total
    return found


def split_by_label(whole: Part) -> Iterator[tuple[str, Part]]:
    return zip(LABELS, split_part(whole, list(LABELS.values())), strict=True)


def labels_of(named: Iterable[tuple[str, Part]]) -> dict[str, sums.Sum]:
    labels = {name: sums.Sum() for name in LABELS}
    for name, part in named:
        labels[name].add(priced(part))
    return labels


def totals_of(parts: Iterable[Part]) -> dict[datetime.date, DayTotal]:
    totals: dict[datetime.date, DayTotal] = {}
    for part in parts:
        before = totals.get(part.on, DayTotal(0, 0))
        totals[part.on] = DayTotal(before.tokens + part.tokens.total, before.calls + part.calls)
    return totals


def find_busiest_hour(parts: Sequence[Part], hour: datetime.datetime) -> BusiestHour:
    """Of the day with the most tokens."""
    totals = totals_of(parts)
    on = max(totals, key=lambda day: totals[day].tokens)
    hours = week_hours([part for part in parts if part.on == on], hour)
    best = max(hours, key=lambda key: hours[key])
    return BusiestHour(on, best[1], hours[best])


def invent_threads(shown: Sequence[Part], before: Sequence[Part], hour: datetime.datetime) -> Threads:
    now, earlier = (sum(part.calls for part in parts) // CALLS_PER_THREAD for parts in (shown, before))
    tokens, calls = sum(part.tokens.total for part in shown), sum(part.calls for part in shown)
    whole = estimates.total(priced(part).estimate for part in shown)
    top = [
        ThreadUse(
            n,
            name_thread(uuid.UUID(int=n * THREAD_SEED), ""),
            round(calls * share / 100),
            round(tokens * share / 100),
            hour - datetime.timedelta(minutes=round(4_000 * share)),
            hour,
            share_of(whole, share),
        )
        for n, share in enumerate(THREAD_SHARES, 1)
    ]
    return Threads(ThreadCounts(max(now, len(top)), earlier), top if calls else [], None)


def share_of(whole: Estimate, percent: float) -> Estimate:
    tokens, unpriced = (round(count * percent / 100) for count in (whole.tokens, whole.unpriced_tokens))
    return Estimate(whole.usd * Decimal(str(percent)) / 100, tokens, unpriced, whole.rates, whole.gaps)
