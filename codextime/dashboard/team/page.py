"""A page of seats put together from what was read: pure, and ready to print."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard import figures, overview, periods, queries, sums, timeline, timeline_card
from codextime.dashboard.arrangement import ArrangedSeats
from codextime.dashboard.charts import heatmap, shares
from codextime.dashboard.choices import Choice, choices, later_link
from codextime.dashboard.figures import Activity, KeyFigure
from codextime.dashboard.overview import Nothing, Reading
from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.rates_used import RatesUsed, build_rates_used
from codextime.dashboard.sums import SeriesRow, Sum
from codextime.dashboard.team.budgets import Budgets
from codextime.dashboard.team.query import SeatsQuery
from codextime.dashboard.team.seat_table import describe_days, describe_member, describe_outdated
from codextime.dashboard.team.usage import OneSeat, SeatCount, SeatDetail, SeatInfo, SeatUse, SpanRow
from codextime.dashboard.timeline_card import Timeline
from codextime.lib import formats

FEW_DAYS = 14  # the chart of a single day shows those up to it
MOST_SEATS = shares.MOST_SERIES


@dataclass(frozen=True, slots=True)
class SeatsReading:
    """All that the page is made of. `uses` are those of the period, `top` the seats with the most tokens in it, `spans`
    what these have in the bars of `chart`, whose grain is `grain`."""

    overview: Reading
    query: SeatsQuery
    chart: Period
    grain: str
    uses: Sequence[SeatUse]
    seats: SeatCount
    top: Sequence[SeatInfo]
    spans: Sequence[SpanRow]
    details: Mapping[int, SeatDetail]
    budgets: Budgets | None = None
    outdated: int = 0
    one: OneSeat | None = None


@dataclass(frozen=True, slots=True)
class SeatsPage(ArrangedSeats):
    """Named as the cards of the overview expect it."""

    period: Period
    query: SeatsQuery
    periods: list[Choice]
    earlier: str
    later: str
    figures: list[KeyFigure]
    details: list[KeyFigure]
    comparison: str
    nothing: Nothing | None
    heatmap: heatmap.Heatmap
    activity: str
    measures: list[Choice]
    years: list[Choice]
    timeline: Timeline
    token_classes: list[shares.TokenClass]
    models: list[shares.Share]
    seats: list[shares.Share]
    rates: RatesUsed
    budgets: Budgets | None
    rebuilding: str
    is_empty: bool
    waiting: str
    member: str = ""
    window: str = ""


def chart_of(period: Period) -> Period:
    """The days of the chart over time: totals of seats know no hours, so around a single day stand those before it."""
    if period.days > 1:
        return period
    return replace(period, name=periods.CUSTOM, first=period.last - (FEW_DAYS - 1) * ONE_DAY)


def find_grain(query: SeatsQuery, period: Period) -> str:
    """Of the bars of its chart. A single day is a bar of its own, so that it can be told from those before it."""
    if period.days == 1:
        return "day"
    fitting = timeline.fitting_grain(period)
    return query.by if query.by in queries.GRAINS and timeline.is_fitting(query.by, period) else fitting


def build_page(reading: SeatsReading) -> SeatsPage:
    read, query, period = reading.overview, reading.query, reading.overview.period
    rows = [row for row in read.rows if period.first <= row.on <= period.last]
    models = sums.group(rows, lambda row: row.model)
    activity = overview.build_activity(read, rows, sums.add_up(models.values()))
    shown = build_figures(reading, activity)
    return SeatsPage(
        period=period,
        query=query,
        periods=choices(query, "period", periods.NAMES, overview.find_chosen(period), on=None),
        earlier=query.link(on=period.day_before()) if overview.has_earlier(read) else "",
        later=later_link(query, period),
        figures=shown,
        details=build_details(reading, activity),
        comparison=overview.describe_comparison(read, shown),
        nothing=None if activity.now.calls else overview.build_nothing(read),
        heatmap=overview.build_heatmap(read),
        activity=overview.describe_activity(read),
        measures=choices(query, "measure", queries.MEASURES, query.measure),
        years=overview.year_choices(read),
        timeline=build_timeline(reading, models),
        token_classes=shares.build_token_classes(activity.now.tokens),
        models=shares.build_shares(models, kind="model"),
        seats=build_seat_shares(reading, activity.now),
        rates=build_rates_used(activity.now.estimate, models, today=period.today),
        budgets=reading.budgets,
        rebuilding=describe_outdated(reading.outdated),
        is_empty=not read.active,
        waiting=describe_waiting(reading.seats.ever),
        member=describe_member(reading.one.seat) if reading.one else "",
        window=describe_days(reading.one.seat) if reading.one else "",
    )


def describe_waiting(seats: int) -> str:
    """Where seats have no calls in any of their days."""
    if not seats:
        return ""
    return ngettext(
        "There is a seat, and no usage in its days. What its tracker uploads shows here within seconds.",
        "There are %(count)s seats, and no usage in their days. What their trackers upload shows here within seconds.",
        seats,
    ) % {"count": formats.exact(seats)}


def build_figures(reading: SeatsReading, activity: Activity) -> list[KeyFigure]:
    return [
        figures.tokens_figure(activity),
        figures.value_figure(activity),
        figures.streak_figure(activity) if reading.one else seats_figure(reading, activity),
        figures.active_days_figure(activity),
        figures.cached_figure(activity),
        figures.calls_figure(activity),
    ]


def build_details(reading: SeatsReading, activity: Activity) -> list[KeyFigure]:
    parts = figures.build_details(activity)[:-1]  # without that of threads, which teams know nothing of
    return [*parts, share_figure(reading.one, activity) if reading.one else per_seat_figure(reading, activity)]


def share_figure(one: OneSeat, activity: Activity) -> KeyFigure:
    """Of what the whole team used. Its total may be some seconds older than the seat's."""
    tokens, team_tokens = activity.now.tokens.total, max(one.team_tokens, activity.now.tokens.total)
    share = formats.percent(tokens / team_tokens) if team_tokens else formats.NONE
    title = _("%(count)s of the team's %(all)s tokens")
    words = {"count": formats.exact(tokens), "all": formats.exact(team_tokens)}
    return KeyFigure(_("Share of the team"), share, title % words, "", "", "", "")


def seats_figure(reading: SeatsReading, activity: Activity) -> KeyFigure:
    number, before = len(reading.uses), reading.seats.active_before
    seats = max(reading.seats.seats, number)
    title = ngettext("%(active)s of %(seats)s seat had calls", "%(active)s of %(seats)s seats had calls", seats)
    active, all_ = formats.exact(number), formats.exact(seats)
    return figures.compared(
        activity,
        label=_("Active seats"),
        value=f"{active} / {all_}",
        title=title % {"active": active, "seats": all_},
        note=formats.signed(number - before) if before else None,
        sparkline="",
    )


def per_seat_figure(reading: SeatsReading, activity: Activity) -> KeyFigure:
    """What an active seat used on average."""
    count = activity.now.tokens.total // len(reading.uses) if reading.uses else 0
    title = _("%(count)s tokens for each active seat") % {"count": formats.exact(count)}
    value = formats.compact(count) if reading.uses else formats.NONE
    return KeyFigure(_("Tokens a seat"), value, title, "", "", "", "")


def build_timeline(reading: SeatsReading, models: Mapping[str, Sum]) -> Timeline:
    query, is_by_seat = reading.query, reading.query.stack == "seat"
    bars = reading.overview.bars
    rows = seat_rows(reading, bars) if is_by_seat else bars
    series = sums.add_up_each((row.name, row.sum) for row in rows) if is_by_seat else models
    css = shares.find_colours(series)
    coloured = [name for name in shares.by_tokens(series) if css[name] != "series-other"]
    grains = {name: text for name, text in queries.GRAINS.items() if timeline.is_fitting(name, reading.chart)}
    title = _(timeline.TITLES[reading.grain])
    return timeline_card.finish_timeline(
        title=title if reading.chart == reading.overview.period else _("Tokens of the two weeks up to this day"),
        buckets=timeline.buckets(rows, coloured, reading.chart, reading.grain, query),
        legend=timeline_card.build_legend(query, series, coloured, css),
        css=css,
        grains=choices(query, "by", grains, reading.grain) if reading.chart == reading.overview.period else [],
        query=query,
        stacks={} if reading.one else {"seat": _("By seat"), "model": _("By model")},
    )


def seat_rows(reading: SeatsReading, bars: Iterable[SeriesRow]) -> list[SeriesRow]:
    """What the top seats have in each bar, and what is left for all others."""
    names = name_seats(reading.top)
    first_of = timeline.find_first_days(reading.chart, reading.grain)
    rest = sums.add_up_each((first_of[bar.on], bar.sum) for bar in bars)
    rows = []
    for span in reading.spans:
        on = max(span.on, reading.chart.first)
        if on in rest and span.seat in names:
            rest[on].take_away(span.row.sum)
            rows.append(SeriesRow(on, names[span.seat], span.row.sum))
    others = [SeriesRow(on, shares.OTHER, sum_) for on, sum_ in rest.items() if sum_.calls > 0]
    return [*rows, *others] if len(reading.uses) > len(names) or not rows else rows


def name_seats(seats: Sequence[SeatInfo]) -> dict[int, str]:
    """By label, where one label stands for one of them; else with the member, and where that is the same, a number."""
    labels = Counter(seat.label for seat in seats)
    names = {seat.id: seat.label if labels[seat.label] == 1 else seat.name for seat in seats}
    counts = Counter(names.values())
    return {id_: name if counts[name] == 1 else f"{name} ({n})" for n, (id_, name) in enumerate(names.items(), 1)}


def build_seat_shares(reading: SeatsReading, whole: Sum) -> list[shares.Share]:
    """The top seats, and all others as one."""
    names = name_seats(reading.top)
    found = {names[seat.id]: reading.details[seat.id].sum for seat in reading.top if seat.id in reading.details}
    built = shares.build_shares(found, kind="seat")
    more = len(reading.uses) - len(found)
    if more <= 0:
        return built
    rest, total = Sum(whole.calls, whole.tokens, whole.estimate), whole.tokens.total
    for part in found.values():
        rest.take_away(part)
    text = ngettext("%(count)s more seat", "%(count)s more seats", more) % {"count": formats.exact(more)}
    css = {share.name: share.css for share in built}
    kept = [shares.build_share(name, css[name], found[name], total) for name in shares.by_tokens(found)]
    return [*kept, shares.build_share(text, "series-other", rest, total)]
