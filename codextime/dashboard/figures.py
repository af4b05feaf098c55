"""The row of key figures: each with its exact value, its change and the shape of its days."""

import datetime
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from codextime.dashboard import streaks
from codextime.dashboard.charts.sparkline import build_sparkline
from codextime.dashboard.periods import Period
from codextime.dashboard.sums import Sum
from codextime.lib import formats


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """`title` holds the exact value, `note` the change or an addition, `trend` is `up`, `down` or empty."""

    label: str
    value: str
    title: str
    note: str
    note_title: str
    trend: str
    sparkline: str
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """What the figures are made of: the sums of the period, of the one before, and of each day."""

    period: Period
    now: Sum
    before: Sum | None
    days: Mapping[datetime.date, Sum]
    active: Set[datetime.date]
    shown: Sequence[datetime.date]  # the days of the sparklines

    def active_between(self, period: Period) -> int:
        return sum(period.first <= on <= period.last for on in self.active)

    def line(self, measure: str) -> list[float]:
        return [self.days[on].measured(measure) if on in self.days else 0.0 for on in self.shown]


def build_figures(activity: Activity) -> list[KeyFigure]:
    return [
        tokens_figure(activity),
        value_figure(activity),
        active_days_figure(activity),
        streak_figure(activity),
        cached_figure(activity),
        calls_figure(activity),
    ]


def tokens_figure(activity: Activity) -> KeyFigure:
    count = activity.now.tokens.total
    before = activity.before and activity.before.tokens.total
    return compared(
        activity,
        label="Tokens burned",
        value=formats.compact(count),
        title=f"{formats.exact(count)} tokens",
        note=formats.change(count, before or 0),
        sparkline=build_sparkline(activity.line("tokens")),
    )


def calls_figure(activity: Activity) -> KeyFigure:
    before = activity.before and activity.before.calls
    return compared(
        activity,
        label="Calls",
        value=formats.compact(activity.now.calls),
        title=formats.plural(activity.now.calls, "model call"),
        note=formats.change(activity.now.calls, before or 0),
        sparkline=build_sparkline(activity.line("calls")),
    )


def cached_figure(activity: Activity) -> KeyFigure:
    now, before = activity.now, activity.before
    cached = now.tokens.cached_input_tokens
    shares = [activity.days[on].cached_share for on in activity.shown if on in activity.days]
    is_comparable = before is not None and before.tokens.input_tokens and now.tokens.input_tokens
    return compared(
        activity,
        label="Cache reuse",
        value=formats.percent(now.cached_share) if now.tokens.input_tokens else formats.NONE,
        title=f"{formats.exact(cached)} of {formats.exact(now.tokens.input_tokens)} input tokens",
        note=formats.signed((now.cached_share - before.cached_share) * 100, f"{formats.SPACE}pt")
        if before and is_comparable
        else None,
        sparkline=build_sparkline(shares),
    )


def active_days_figure(activity: Activity) -> KeyFigure:
    count = activity.active_between(activity.period)
    earlier = activity.period.before()
    before = activity.active_between(earlier) if earlier else 0
    weeks = [float(streaks.active_in_week(activity.active, on)) for on in activity.shown]
    return compared(
        activity,
        label="Active days",
        value=f"{formats.exact(count)} / {formats.exact(activity.period.days)}",
        title=f"{count} of {formats.plural(activity.period.days, 'day')} had calls",
        note=formats.signed(count - before) if before else None,
        sparkline=build_sparkline(weeks),
    )


def value_figure(activity: Activity) -> KeyFigure:
    now, estimate = activity.now, activity.now.estimate
    is_known = now.calls > 0 and not now.is_unpriced
    return KeyFigure(
        label="API-equivalent",
        value=now.value if is_known else formats.NONE,
        title=f"Estimate: {now.exact_value} at public API rates, not a bill" if is_known else "No estimate",
        note=describe_priced(now),
        note_title=f"{formats.exact(estimate.unpriced_tokens)} tokens have no public rate" if now.calls else "",
        trend="",
        sparkline=build_sparkline(activity.line("value")),
    )


def describe_priced(now: Sum) -> str:
    if not now.calls:
        return "nothing used"
    if now.is_unpriced:
        return "no public rate"
    return f"{formats.percent(now.estimate.priced_share)} priced"


def streak_figure(activity: Activity) -> KeyFigure:
    lengths = streaks.running_streaks(activity.active)
    today = activity.period.today
    current, longest = streaks.current_streak(lengths, today), streaks.longest_streak(lengths)
    return KeyFigure(
        label="Streak",
        value=formats.plural(current, "day"),
        title=f"{formats.plural(current, 'active day')} in a row, up to today or yesterday",
        note=f"longest {formats.exact(longest)}",
        note_title="The longest streak of all time",
        trend="",
        sparkline=build_sparkline([float(current if on == today else lengths.get(on, 0)) for on in activity.shown]),
    )


def compared(activity: Activity, *, label: str, value: str, title: str, note: str | None, sparkline: str) -> KeyFigure:
    """A figure whose note is its change against the period before, where there is something on both sides."""
    before = activity.period.before()
    note = note if activity.now.calls else None
    trend = {"+": "up", formats.MINUS: "down"}.get((note or "")[:1], "")
    note_title = f"Compared with {before.dates}" if before and note else "Nothing earlier to compare with"
    return KeyFigure(label, value, title, note or "", note_title if before else "", trend, sparkline, bool(note))
