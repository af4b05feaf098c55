"""The card of the chart over time: bars, switches, a table, and a legend whose entries show one of them alone."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard import queries, timeline
from codextime.dashboard.charts import bars, shares
from codextime.dashboard.choices import Choice, Stacked, choices
from codextime.dashboard.periods import Period
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.sums import SeriesRow, Sum

PLACE = "#timeline"  # without a script, a link of the chart comes back to the chart


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A model or label of the chart. `link` shows it alone, or all of them again; empty where it is alone anyway."""

    name: str
    css: str
    link: str
    is_chosen: bool

    @property
    def text(self) -> str:
        return shares.print_name(self.name)


@dataclass(frozen=True, slots=True)
class Timeline:
    """`rows` are those of the table behind the chart; `all_link` shows all series again, empty while it does."""

    title: str
    bars: bars.Bars
    rows: list[tuple[str, Sum]]
    legend: list[LegendEntry]
    grains: list[Choice]
    stacks: list[Choice]
    all_link: str


def find_grain(query: OverviewQuery, period: Period) -> str:
    """That which is asked for, or which fits the period. A single day always has hours, and no chart has more bars than
    can be read."""
    fitting = timeline.fitting_grain(period)
    if fitting == "hour" or query.by is None or not timeline.is_fitting(query.by, period):
        return fitting
    return query.by


def build_timeline(
    *,
    query: OverviewQuery,
    period: Period,
    now: datetime.datetime,
    rows: Sequence[SeriesRow],
    hours: Sequence[timeline.HourRow],
    series: Mapping[str, Sum],
) -> Timeline:
    """Of `rows`, or of the `hours` of a single day; `series` has the sum of each of their names."""
    grains = {grain: text for grain, text in queries.GRAINS.items() if timeline.is_fitting(grain, period)}
    grain = find_grain(query, period)
    css = shares.find_colours(series)
    coloured = [name for name in shares.by_tokens(series) if css[name] != "series-other"]
    if grain == "hour":
        buckets = timeline.hour_buckets(hours, coloured, period, now)
    else:
        buckets = timeline.buckets(rows, coloured, period, grain, query)
    return finish_timeline(
        title=_(timeline.TITLES[grain]),
        buckets=buckets,
        legend=build_legend(query, series, coloured, css),
        css=css,
        grains=[] if grain == "hour" else choices(query, "by", grains, grain),
        query=query,
    )


def finish_timeline(
    *,
    title: str,
    buckets: Sequence[bars.Bucket],
    legend: list[LegendEntry],
    css: Mapping[str, str],
    grains: list[Choice],
    query: Stacked,
    stacks: Mapping[str, str] = queries.STACKS,
) -> Timeline:
    """The card of these bars, of all their series or of the one that the legend has chosen."""
    only = next((entry.name for entry in legend if entry.is_chosen), None)
    if only:
        buckets = [timeline.narrow(bucket, only) for bucket in buckets]
    return Timeline(
        title=title,
        bars=bars.build_bars(buckets, css),
        rows=[row for row in map(timeline.describe, reversed(buckets)) if row[1].calls],
        legend=legend,
        grains=grains,
        stacks=choices(query, "stack", stacks, query.stack, only=""),
        all_link=query.link(only="") + PLACE if only else "",
    )


def build_legend(
    query: Stacked, series: Mapping[str, Sum], coloured: Sequence[str], css: Mapping[str, str]
) -> list[LegendEntry]:
    """The series with colours, and one entry for all others, which has the name of the only one of them."""
    others = [name for name in series if name not in coloured]
    names = [*coloured, *((others[0] if len(others) == 1 else shares.OTHER,) if others else ())]
    return [
        LegendEntry(
            name=name,
            css=css.get(name, css[shares.OTHER]),
            link=query.link(only="" if name == query.only else name) + PLACE if len(names) > 1 else "",
            is_chosen=len(names) > 1 and name == query.only,
        )
        for name in names
    ]
