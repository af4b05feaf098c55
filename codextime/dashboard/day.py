"""Puts the page of a day together from what was read: pure, and ready to print."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from codextime.dashboard import addresses, day_queries, sums
from codextime.dashboard.arrangement import Arranged
from codextime.dashboard.charts import bars, shares
from codextime.dashboard.choices import choices
from codextime.dashboard.day_figures import build_day_figures
from codextime.dashboard.day_queries import DayQuery
from codextime.dashboard.figures import Activity, KeyFigure, build_details
from codextime.dashboard.freshness import Freshness
from codextime.dashboard.hours import SlotRow, bucket_day, quarters_of, spans_of
from codextime.dashboard.overview import describe_rebuilding
from codextime.dashboard.periods import FIRST_DAY, ONE_DAY, Period
from codextime.dashboard.rates_used import RatesUsed, build_rates_used
from codextime.dashboard.thread_reading import Threads
from codextime.dashboard.timeline_card import Timeline, build_legend, finish_timeline
from codextime.dashboard.top_threads import TopThreads, build_top_threads
from codextime.lib import formats
from codextime.pricing.rates import RateBook

QUARTERS = 96  # of a day on which clocks do not change
FEW_THREADS = 5  # as high as the estimate


@dataclass(frozen=True, slots=True)
class DayReading:
    """`period` is the one day, `before` what the day before it used, `nearest` the days with calls around it."""

    query: DayQuery
    period: Period
    now: datetime.datetime  # in the user's time zone
    zone: ZoneInfo
    slots: Sequence[SlotRow]
    before: Sequence[sums.DayRow]
    nearest: tuple[datetime.date | None, datetime.date | None]
    freshness: Freshness
    book: RateBook
    threads: Threads | None
    grouping_link: str


@dataclass(frozen=True, slots=True)
class DayLink:
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class DayPage(Arranged):
    """`earlier` and `later` are the days beside it, `active_before` and `active_after` the nearest ones with calls if
    those are others. Without calls there are no charts."""

    title: str
    weekday: str
    clocks: str
    is_today: bool
    comparison: str
    earlier: DayLink | None
    later: DayLink | None
    active_before: DayLink | None
    active_after: DayLink | None
    now: sums.Sum
    figures: list[KeyFigure]
    details: list[KeyFigure]
    timeline: Timeline
    token_classes: list[shares.TokenClass]
    models: list[shares.Share]
    labels: list[shares.Share]
    threads: TopThreads | None
    grouping_link: str
    rates: RatesUsed
    calls_link: str
    rebuilding: str
    version: str

    @property
    def has_long_list(self) -> bool:
        """Whether the threads are higher than the estimate, so that the labels stand below this one."""
        return self.threads is not None and len(self.threads.threads) > FEW_THREADS


def build_day(reading: DayReading) -> DayPage:
    on, rows = reading.period.last, [slot.row for slot in reading.slots]
    models = sums.group(rows, lambda row: row.model)
    labels = sums.add_up_each((slot.label, slot.row.sum) for slot in reading.slots)
    now = sums.total(rows)
    activity = build_activity(reading, rows, now)
    figures = build_day_figures(activity, bucket_hours(reading))
    before, after = reading.nearest
    return DayPage(
        title=formats.day(on),
        weekday=formats.weekday(on.weekday()),
        clocks=describe_clocks(on, reading.zone),
        is_today=reading.period.reaches_today,
        comparison=_("changes against %(dates)s") % {"dates": formats.day_of_week(on - ONE_DAY)}
        if any(figure.is_change for figure in figures)
        else "",
        earlier=link_to(on - ONE_DAY) if on > FIRST_DAY else None,
        later=None if reading.period.reaches_today else link_to(on + ONE_DAY),
        active_before=link_to(before) if before and before != on - ONE_DAY else None,
        active_after=link_to(after) if after and after != on + ONE_DAY else None,
        now=now,
        figures=figures,
        details=build_details(activity),
        timeline=build_chart(reading, labels if reading.query.stack == "label" else models),
        token_classes=shares.build_token_classes(now.tokens),
        models=shares.build_shares(models, kind="model"),
        labels=shares.build_shares(labels, kind="label"),
        threads=build_top_threads(reading.threads, has_pages=True) if reading.threads else None,
        grouping_link=reading.grouping_link,
        rates=build_rates_used(now.estimate, models, today=reading.period.today),
        calls_link=addresses.find_calls(on, on),
        rebuilding=describe_rebuilding(reading.freshness.dirty_dates),
        version=reading.freshness.version,
    )


def link_to(on: datetime.date) -> DayLink:
    return DayLink(formats.day_of_week(on), reverse("day", args=[on]))


def describe_clocks(on: datetime.date, zone: ZoneInfo) -> str:
    """What is odd about a day on which clocks change; empty for all others."""
    quarters = len(quarters_of(on, zone))
    if quarters == QUARTERS:
        return ""
    change = _("clocks went forward") if quarters < QUARTERS else _("clocks went back")
    return _("%(hours)s hours, as %(change)s") % {"hours": f"{quarters / 4:g}", "change": change}


def build_activity(reading: DayReading, rows: Sequence[sums.DayRow], now: sums.Sum) -> Activity:
    return Activity(
        period=reading.period,
        now=now,
        before=sums.total(reading.before),
        days={},
        active=frozenset(),
        shown=[],
        credits=sums.total_credits(rows, reading.book),
        credits_before=sums.total_credits(reading.before, reading.book),
        threads=reading.threads.counts if reading.threads else None,
        grouping_link=reading.grouping_link,
        threads_link=addresses.find_threads(),
    )


def bucket_hours(reading: DayReading) -> list[bars.Bucket]:
    spans = spans_of(reading.period.last, reading.zone, by="hour")
    return bucket_day(((slot.slot_at, "", slot.row) for slot in reading.slots), [], spans, reading.now)


def build_chart(reading: DayReading, series: Mapping[str, sums.Sum]) -> Timeline:
    query = reading.query
    spans = spans_of(reading.period.last, reading.zone, by=query.by)
    named = (
        (slot.slot_at, slot.label if query.stack == "label" else slot.row.model, slot.row) for slot in reading.slots
    )
    css = shares.find_colours(series)
    coloured = [name for name in shares.by_tokens(series) if css[name] != "series-other"]
    return finish_timeline(
        title=_("Tokens by hour") if query.by == "hour" else _("Tokens by quarter of an hour"),
        buckets=bucket_day(named, coloured, spans, reading.now),
        legend=build_legend(query, series, coloured, css),
        css=css,
        grains=choices(query, "by", day_queries.GRAINS, query.by),
        query=query,
    )
