"""Puts the overview together from what was read: pure, and ready to print."""

import datetime
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from codextime.boards.standings import Standing
from codextime.dashboard import periods, queries, sums, timeline
from codextime.dashboard.charts import bars, heatmap, punchcard, shares
from codextime.dashboard.figures import Activity, KeyFigure, build_figures
from codextime.dashboard.freshness import Freshness
from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.rates_used import RatesUsed, build_rates_used
from codextime.dashboard.streaks import longest_streak, running_streaks
from codextime.lib import formats

SHORTEST_SHAPE = 7  # days; a shorter period has sparklines of the 30 days up to its end
SPARKLINE_DAYS = 30
FEW_SHARES = 3  # rows of two cards that are together as high as the chart


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the overview is made of. `days` covers `find_span(period)`."""

    query: OverviewQuery
    period: Period
    now: datetime.datetime  # in the user's time zone
    active: Set[datetime.date]
    days: Sequence[sums.DayRow]
    hours: Sequence[timeline.HourRow]
    week_hours: Mapping[tuple[int, int], int]
    labels: Mapping[str, sums.Sum]
    freshness: Freshness
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    title: str
    bars: bars.Bars
    rows: list[tuple[str, sums.Sum]]  # of the table behind
    legend: list[tuple[str, str]]
    grains: list[Choice]


@dataclass(frozen=True, slots=True)
class Nothing:
    """What a period without calls shows instead of empty charts: what is so, and where the nearest calls are."""

    title: str
    nearest: str
    link: str
    day: str


@dataclass(frozen=True, slots=True)
class Overview:
    period: Period
    now: sums.Sum
    periods: list[Choice]
    earlier: str
    later: str
    figures: list[KeyFigure]
    standing: Standing | None
    comparison: str
    nothing: Nothing | None
    heatmap: heatmap.Heatmap
    activity: str
    measures: list[Choice]
    timeline: Timeline
    token_classes: list[shares.TokenClass]
    models: list[shares.Share]
    labels: list[shares.Share]
    punch_card: punchcard.PunchCard
    rates: RatesUsed
    rebuilding: str
    waiting: str
    age: str
    age_seconds: int
    version: str
    is_empty: bool

    @property
    def has_few_shares(self) -> bool:
        """Whether models and labels fit beside the chart together, where the models alone would leave a hole."""
        return len(self.models) + len(self.labels) <= FEW_SHARES


def find_span(period: Period) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that the page needs: for the period, the one before, the calendar, the sparklines."""
    before = period.before()
    last = heatmap_end(period)
    firsts = [period.first, heatmap.first_of_year(last), sparkline_days(period)[0]]
    return min([*firsts, before.first] if before else firsts), max(last, period.last)


def heatmap_end(period: Period) -> datetime.date:
    """Today, or the period's last day if the period lies before the year up to today."""
    return period.today if period.last >= heatmap.first_of_year(period.today) else period.last


def sparkline_days(period: Period) -> list[datetime.date]:
    count = period.days if period.days >= SHORTEST_SHAPE else SPARKLINE_DAYS
    return [period.last - n * ONE_DAY for n in reversed(range(count))]


def build_overview(reading: Reading) -> Overview:
    query, period = reading.query, reading.period
    rows = [row for row in reading.days if period.first <= row.on <= period.last]
    by_day = sums.group(reading.days, lambda row: row.on)
    models = sums.group(rows, lambda row: row.model)
    now = sums.total(rows)
    figures = build_figures(build_activity(reading, now, by_day))
    age_seconds = int((reading.now - (reading.freshness.uploaded_at or reading.now)).total_seconds())
    return Overview(
        period=period,
        now=now,
        periods=choices(query, "period", periods.NAMES, find_chosen(period), on=None),
        earlier=query.link(on=period.day_before()) if has_earlier(reading) else "",
        later="" if period.reaches_today else query.link(on=on_or_today(period)),
        figures=figures,
        standing=reading.standing,
        comparison=describe_comparison(period, figures),
        nothing=None if now.calls else build_nothing(reading),
        heatmap=build_heatmap(reading, by_day),
        activity=describe_activity(reading),
        measures=choices(query, "measure", queries.MEASURES, query.measure),
        timeline=build_timeline(reading, rows, models),
        token_classes=shares.build_token_classes(now.tokens),
        models=shares.build_shares(models, kind="model"),
        labels=shares.build_shares(reading.labels, kind="label"),
        punch_card=punchcard.build_punch_card(reading.week_hours),
        rates=build_rates_used(now.estimate, models, today=period.today),
        rebuilding=describe_rebuilding(reading.freshness.dirty_dates),
        waiting=describe_waiting(reading.freshness.waiting_calls),
        age=formats.age(age_seconds) if reading.freshness.uploaded_at else "",
        age_seconds=age_seconds,
        version=reading.freshness.version,
        is_empty=not reading.active,
    )


def describe_activity(reading: Reading) -> str:
    last = heatmap_end(reading.period)
    count = sum(heatmap.first_of_year(last) <= on <= last for on in reading.active)
    longest = longest_streak(running_streaks(reading.active))
    return f"{formats.plural(count, 'active day')} · longest streak {formats.exact(longest)}"


def describe_comparison(period: Period, figures: Sequence[KeyFigure]) -> str:
    """What the changes beside the figures are measured against; empty if there is no change to explain."""
    before = period.before()
    return f"changes against {before.dates}" if before and any(figure.is_change for figure in figures) else ""


def build_nothing(reading: Reading) -> Nothing | None:
    """`None` if there is nothing at all, not only in this period."""
    period, query = reading.period, reading.query
    earlier = max((on for on in reading.active if on < period.first), default=None)
    nearest = earlier or min((on for on in reading.active if on > period.last), default=None)
    if nearest is None:
        return None
    return Nothing(
        title=describe_nothing(period),
        nearest="The last calls before that were on" if earlier else "The first calls after that were on",
        link=query.link(on=nearest),
        day=formats.day_of_week(nearest),
    )


def describe_nothing(period: Period) -> str:
    if period.name == "today" and period.reaches_today:
        return "Nothing used yet today"
    return f"Nothing used {'on' if period.days == 1 else 'from'} {period.dates}"


def describe_rebuilding(dirty_dates: int) -> str:
    if not dirty_dates:
        return ""
    return f"{formats.plural(dirty_dates, 'date')} {'is' if dirty_dates == 1 else 'are'} being rebuilt."


def describe_waiting(calls: int) -> str:
    if not calls:
        return ""
    return f"A machine asked to take back or lower {formats.plural(calls, 'call')}. Nothing changes until you decide."


def find_chosen(period: Period) -> str:
    """The name in the switch that is marked: none for a day that is not today."""
    return "" if period.name == "today" and not period.reaches_today else period.name


def choices(query: OverviewQuery, field: str, names: Mapping[str, str], chosen: str, **changes: None) -> list[Choice]:
    """A switch: one link a name, the chosen one marked."""
    return [Choice(text, query.link(**{field: name}, **changes), name == chosen) for name, text in names.items()]


def has_earlier(reading: Reading) -> bool:
    period = reading.period
    return period.name != "all" and bool(reading.active) and min(reading.active) < period.first


def on_or_today(period: Period) -> datetime.date | None:
    """The day for the link to the following period; `None` (today) keeps that link short."""
    following = period.day_after()
    return None if following == period.today else following


def build_activity(reading: Reading, now: sums.Sum, by_day: Mapping[datetime.date, sums.Sum]) -> Activity:
    earlier = reading.period.before()
    before = sums.total(row for row in reading.days if earlier.first <= row.on <= earlier.last) if earlier else None
    return Activity(reading.period, now, before, by_day, reading.active, sparkline_days(reading.period))


def build_heatmap(reading: Reading, by_day: Mapping[datetime.date, sums.Sum]) -> heatmap.Heatmap:
    today = reading.period.today
    link_to_today = reading.query.link(period="today", on=None, by=None)
    return heatmap.build_heatmap(
        by_day,
        last=heatmap_end(reading.period),
        today=today,
        measure=reading.query.measure,
        link=lambda on: link_to_today if on == today else f"{link_to_today}&on={on}",
        chosen=reading.period.last if reading.period.days == 1 else None,
    )


def build_timeline(reading: Reading, rows: Sequence[sums.DayRow], models: Mapping[str, sums.Sum]) -> Timeline:
    """The chart over time; asked for a grain, it keeps to it, but a single day always has hours."""
    period, query = reading.period, reading.query
    fitting = timeline.fitting_grain(period)
    grain = fitting if fitting == "hour" else query.by or fitting
    css = shares.find_colours(models)
    series = [name for name in shares.by_tokens(models) if css[name] != "series-other"]
    if grain == "hour":
        buckets = timeline.hour_buckets(reading.hours, series, period, reading.now)
    else:
        buckets = timeline.buckets(rows, series, period, grain, query)
    legend = [(name, css[name]) for name in series]
    others = [name for name in models if name not in series]
    if others:
        legend.append((others[0] if len(others) == 1 else shares.OTHER, css[shares.OTHER]))
    return Timeline(
        title=timeline.TITLES[grain],
        bars=bars.build_bars(buckets, css),
        rows=[row for row in map(timeline.describe, reversed(buckets)) if row[1].calls],
        legend=legend,
        grains=[] if grain == "hour" else choices(query, "by", queries.GRAINS, grain),
    )
