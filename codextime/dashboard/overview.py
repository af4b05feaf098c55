"""Puts the overview together from what was read: pure, and ready to print."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.boards.standings import Standing
from codextime.dashboard import addresses, periods, queries, sums
from codextime.dashboard.arrangement import Arranged
from codextime.dashboard.charts import heatmap, punchcard, shares
from codextime.dashboard.choices import Choice, choices, later_link
from codextime.dashboard.figures import Activity, KeyFigure, build_details, build_figures
from codextime.dashboard.freshness import Freshness
from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.rates_used import RatesUsed, build_rates_used
from codextime.dashboard.records import BusiestHour, DayTotal, Record, build_records
from codextime.dashboard.streaks import longest_streak, running_streaks
from codextime.dashboard.thread_reading import Threads
from codextime.dashboard.timeline import HourRow
from codextime.dashboard.timeline_card import Timeline, build_timeline
from codextime.dashboard.top_threads import TopThreads, build_top_threads
from codextime.lib import counts, formats
from codextime.pricing.rates import RateBook

SHORTEST_SHAPE = 7  # days; a shorter period has sparklines of the 30 days up to its end
SPARKLINE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the overview is made of. `active` are all days with calls, `by_day` those of `find_span`. `rows` are of
    the parts of the period, each on the first day of its own or on one within; `bars` and `hours` are those of the
    chart, by model or by label. `threads` is `None` for who does not group calls by session, `grouping_link` where that
    can be changed."""

    query: OverviewQuery
    period: Period
    now: datetime.datetime  # in the user's time zone
    active: Mapping[datetime.date, DayTotal]
    by_day: Mapping[datetime.date, sums.Sum]
    rows: Sequence[sums.DayRow]
    bars: Sequence[sums.SeriesRow]
    hours: Sequence[HourRow]
    week_hours: Mapping[tuple[int, int], int]
    labels: Mapping[str, sums.Sum]
    freshness: Freshness
    book: RateBook
    standing: Standing | None = None
    busiest_hour: BusiestHour | None = None
    threads: Threads | None = None
    grouping_link: str = ""
    erasure_due_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """What a period without calls shows instead of empty charts: what is so, and where the nearest calls are."""

    title: str
    nearest: str
    link: str
    day: str


@dataclass(frozen=True, slots=True)
class Overview(Arranged):
    period: Period
    now: sums.Sum
    query: OverviewQuery
    periods: list[Choice]
    earlier: str
    later: str
    figures: list[KeyFigure]
    details: list[KeyFigure]
    standing: Standing | None
    comparison: str
    nothing: Nothing | None
    heatmap: heatmap.Heatmap
    activity: str
    measures: list[Choice]
    years: list[Choice]
    timeline: Timeline
    token_classes: list[shares.TokenClass]
    models: list[shares.Share]
    labels: list[shares.Share]
    punch_card: punchcard.PunchCard
    records: list[Record]
    threads: TopThreads | None
    grouping_link: str
    rates: RatesUsed
    rebuilding: str
    waiting: str
    age: str
    age_seconds: int
    version: str
    erasure_due_at: datetime.datetime | None
    is_empty: bool


def find_span(query: OverviewQuery, period: Period) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that the page needs: for the period, the one before, the calendar, the sparklines."""
    before = period.before()
    calendar_first, last = calendar_days(query, period)
    firsts = [period.first, calendar_first, sparkline_days(period)[0]]
    return min([*firsts, before.first] if before else firsts), max(last, period.last)


def find_parts(period: Period) -> list[datetime.date]:
    """The edges of the parts that the page compares: of the period and of the one before."""
    before = period.before()
    parts = [period, before] if before else [period]
    return sorted({edge for part in parts for edge in (part.first, part.last + ONE_DAY)})


def calendar_days(query: OverviewQuery, period: Period) -> tuple[datetime.date, datetime.date]:
    """The days of the calendar: of the year that is asked for, or of the 53 weeks up to today, or up to the period's
    last day if it lies before those."""
    if query.year and periods.FIRST_DAY.year <= query.year <= period.today.year:
        return datetime.date(query.year, 1, 1), datetime.date(query.year, 12, 31)
    last = period.today if period.last >= heatmap.first_of_year(period.today) else period.last
    return heatmap.first_of_year(last), last


def sparkline_days(period: Period) -> list[datetime.date]:
    count = period.days if period.days >= SHORTEST_SHAPE else SPARKLINE_DAYS
    return [period.last - n * ONE_DAY for n in reversed(range(count))]


def build_overview(reading: Reading) -> Overview:
    query, period = reading.query, reading.period
    rows = [row for row in reading.rows if period.first <= row.on <= period.last]
    models = sums.group(rows, lambda row: row.model)
    now = sums.add_up(models.values())
    activity = build_activity(reading, rows, now)
    figures = build_figures(activity)
    age_seconds = int((reading.now - (reading.freshness.uploaded_at or reading.now)).total_seconds())
    return Overview(
        period=period,
        now=now,
        query=query,
        periods=choices(query, "period", periods.NAMES, find_chosen(period), on=None),
        earlier=query.link(on=period.day_before()) if has_earlier(reading) else "",
        later=later_link(query, period),
        figures=figures,
        details=build_details(activity),
        standing=reading.standing,
        comparison=describe_comparison(reading, figures),
        nothing=None if now.calls else build_nothing(reading),
        heatmap=build_heatmap(reading),
        activity=describe_activity(reading),
        measures=choices(query, "measure", queries.MEASURES, query.measure),
        years=year_choices(reading),
        timeline=build_card(reading, models),
        token_classes=shares.build_token_classes(now.tokens),
        models=shares.build_shares(models, kind="model"),
        labels=shares.build_shares(reading.labels, kind="label"),
        punch_card=punchcard.build_punch_card(reading.week_hours),
        records=build_records(
            reading.active,
            reading.busiest_hour,
            reading.threads.longest if reading.threads else None,
            link=day_link(reading),
        ),
        threads=build_top_threads(reading.threads, has_pages=query.has_pages) if reading.threads else None,
        grouping_link=reading.grouping_link,
        rates=build_rates_used(now.estimate, models, today=period.today),
        rebuilding=describe_rebuilding(reading.freshness.dirty_dates),
        waiting=describe_waiting(reading.freshness.waiting_calls),
        age=formats.age(age_seconds) if reading.freshness.uploaded_at else "",
        age_seconds=age_seconds,
        version=reading.freshness.version,
        erasure_due_at=reading.erasure_due_at,
        is_empty=not reading.active,
    )


def describe_activity(reading: Reading) -> str:
    first, last = calendar_days(reading.query, reading.period)
    count = sum(first <= on <= last for on in reading.active)
    longest = longest_streak(running_streaks(reading.active))
    streak = _("longest streak %(count)s") % {"count": formats.exact(longest)}
    return f"{counts.active_days(count)} · {streak}"


def describe_comparison(reading: Reading, figures: Sequence[KeyFigure]) -> str:
    """What the changes beside the figures are measured against, or that there is nothing before; empty for all time,
    and if there is no change to explain."""
    before = reading.period.before()
    if before and not any(on < reading.period.first for on in reading.active):
        return _("nothing earlier to compare with")
    if not before or not any(figure.is_change for figure in figures):
        return ""
    return _("changes against %(dates)s") % {"dates": before.dates}


def build_nothing(reading: Reading) -> Nothing | None:
    """`None` if there is nothing at all, not only in this period."""
    period, query = reading.period, reading.query
    earlier = max((on for on in reading.active if on < period.first), default=None)
    nearest = earlier or min((on for on in reading.active if on > period.last), default=None)
    if nearest is None:
        return None
    return Nothing(
        title=describe_nothing(period),
        nearest=_("The last calls before that were on") if earlier else _("The first calls after that were on"),
        link=query.link(on=nearest),
        day=formats.day_of_week(nearest),
    )


def describe_nothing(period: Period) -> str:
    if period.name == "today" and period.reaches_today:
        return _("Nothing used yet today")
    text = _("Nothing used on %(dates)s") if period.days == 1 else _("Nothing used from %(dates)s")
    return text % {"dates": period.dates}


def describe_rebuilding(dirty_dates: int) -> str:
    if not dirty_dates:
        return ""
    text = ngettext("%(dates)s is being rebuilt.", "%(dates)s are being rebuilt.", dirty_dates)
    return text % {"dates": counts.dates(dirty_dates)}


def describe_waiting(calls: int) -> str:
    if not calls:
        return ""
    text = _("A machine asked to take back or lower %(calls)s. Nothing changes until you decide.")
    return text % {"calls": counts.calls(calls)}


def find_chosen(period: Period) -> str:
    """The name in the switch that is marked: none for a day that is not today."""
    return "" if period.name == "today" and not period.reaches_today else period.name


def has_earlier(reading: Reading) -> bool:
    period = reading.period
    return period.name not in ("all", periods.CUSTOM) and bool(reading.active) and min(reading.active) < period.first


def build_activity(reading: Reading, rows: Sequence[sums.DayRow], now: sums.Sum) -> Activity:
    earlier = reading.period.before()
    rows_before = [row for row in reading.rows if earlier and earlier.first <= row.on <= earlier.last]
    return Activity(
        period=reading.period,
        now=now,
        before=sums.total(rows_before) if earlier else None,
        days=reading.by_day,
        active=reading.active.keys(),
        shown=sparkline_days(reading.period),
        credits=sums.total_credits(rows, reading.book),
        credits_before=sums.total_credits(rows_before, reading.book),
        threads=reading.threads.counts if reading.threads else None,
        grouping_link=reading.grouping_link,
        threads_link=addresses.find_threads() if reading.query.has_pages else "",
    )


def day_link(reading: Reading) -> heatmap.Link:
    return reading.query.day_links(today=reading.period.today)


def build_heatmap(reading: Reading) -> heatmap.Heatmap:
    first, last = calendar_days(reading.query, reading.period)
    return heatmap.build_heatmap(
        reading.by_day,
        first=first,
        last=last,
        today=reading.period.today,
        measure=reading.query.measure,
        link=day_link(reading),
        chosen=reading.period.last if reading.period.days == 1 else None,
    )


def year_choices(reading: Reading) -> list[Choice]:
    """The years with calls, newest first, after the last twelve months; none if there is nothing to choose from."""
    years = sorted({on.year for on in reading.active} | {reading.period.today.year}, reverse=True)
    if len(years) == 1:
        return []
    query = reading.query
    recent = Choice(_("12 months"), query.link(year=None), query.year not in years)
    return [recent, *(Choice(str(year), query.link(year=year), query.year == year) for year in years)]


def build_card(reading: Reading, models: Mapping[str, sums.Sum]) -> Timeline:
    """The chart over time, stacked as it is asked for."""
    return build_timeline(
        query=reading.query,
        period=reading.period,
        now=reading.now,
        rows=reading.bars,
        hours=reading.hours,
        series=reading.labels if reading.query.stack == "label" else models,
    )
