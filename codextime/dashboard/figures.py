"""The key figures: each with its exact value, its change and the shape of its days."""

import datetime
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard import streaks
from codextime.dashboard.charts.sparkline import build_sparkline
from codextime.dashboard.periods import Period
from codextime.dashboard.sums import Sum
from codextime.lib import counts, formats
from codextime.lib.tokens import Tokens
from codextime.pricing.credits import NO_CREDITS, Credits


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """`title` holds the exact value, `note` the change or an addition, `trend` is `up`, `down` or empty. `share` says
    how much of it is known, empty if all of it is."""

    label: str
    value: str
    title: str
    note: str
    note_title: str
    trend: str
    sparkline: str
    is_change: bool = False
    share: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ThreadCounts:
    """Threads with calls in the period, and in the one that it is compared with."""

    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What the figures are made of: the sums of the period, of the one before, and of each day. `threads` is `None` for
    who does not group calls by session; what would switch that on is at `grouping_link`, if anywhere."""

    period: Period
    now: Sum
    before: Sum | None
    days: Mapping[datetime.date, Sum]
    active: Set[datetime.date]
    shown: Sequence[datetime.date]  # the days of the sparklines
    credits: Credits = NO_CREDITS
    credits_before: Credits = NO_CREDITS
    threads: ThreadCounts | None = None
    grouping_link: str = ""
    threads_link: str = ""

    def active_between(self, period: Period) -> int:
        return sum(period.first <= on <= period.last for on in self.active)

    def line(self, measured: Callable[[Sum], float]) -> str:
        return build_sparkline([measured(self.days[on]) if on in self.days else 0.0 for on in self.shown])


def build_figures(activity: Activity) -> list[KeyFigure]:
    return [
        tokens_figure(activity),
        value_figure(activity),
        active_days_figure(activity),
        streak_figure(activity),
        cached_figure(activity),
        calls_figure(activity),
    ]


def build_details(activity: Activity) -> list[KeyFigure]:
    """The second row: what the first one is made of, and what it is worth to who pays by credits."""
    return [
        part_figure(activity, _("Uncached input"), lambda tokens: tokens.uncached_input_tokens),
        part_figure(activity, _("Visible output"), lambda tokens: tokens.visible_output_tokens),
        part_figure(activity, _("Reasoning"), lambda tokens: tokens.reasoning_output_tokens),
        saved_figure(activity),
        credits_figure(activity),
        threads_figure(activity),
    ]


def tokens_figure(activity: Activity) -> KeyFigure:
    count = activity.now.tokens.total
    before = activity.before and activity.before.tokens.total
    return compared(
        activity,
        label=_("Tokens burned"),
        value=formats.compact(count),
        title=_("%(count)s tokens") % {"count": formats.exact(count)},
        note=formats.change(count, before or 0),
        sparkline=activity.line(lambda sum_: sum_.tokens.total),
    )


def part_figure(activity: Activity, label: str, read: Callable[[Tokens], int]) -> KeyFigure:
    """One kind of the tokens."""
    count, whole = read(activity.now.tokens), activity.now.tokens.total
    share = formats.percent(count / whole) if whole else formats.NONE
    return compared(
        activity,
        label=label,
        value=formats.compact(count),
        title=_("%(count)s tokens, %(share)s of all") % {"count": formats.exact(count), "share": share},
        note=formats.change(count, read(activity.before.tokens)) if activity.before else None,
        sparkline="",
    )


def calls_figure(activity: Activity) -> KeyFigure:
    before = activity.before and activity.before.calls
    return compared(
        activity,
        label=_("Calls"),
        value=formats.compact(activity.now.calls),
        title=counts.model_calls(activity.now.calls),
        note=formats.change(activity.now.calls, before or 0),
        sparkline=activity.line(lambda sum_: sum_.calls),
    )


def cached_figure(activity: Activity) -> KeyFigure:
    now, before = activity.now, activity.before
    cached = now.tokens.cached_input_tokens
    shares = [activity.days[on].cached_share for on in activity.shown if on in activity.days]
    is_comparable = before is not None and before.tokens.input_tokens and now.tokens.input_tokens
    return compared(
        activity,
        label=_("Cache reuse"),
        value=formats.percent(now.cached_share) if now.tokens.input_tokens else formats.NONE,
        title=_("%(cached)s of %(count)s input tokens")
        % {"cached": formats.exact(cached), "count": formats.exact(now.tokens.input_tokens)},
        note=formats.signed((now.cached_share - before.cached_share) * 100, f"{formats.SPACE}pt")
        if before and is_comparable
        else None,
        sparkline=build_sparkline(shares),
    )


def active_days_figure(activity: Activity) -> KeyFigure:
    count = activity.active_between(activity.period)
    earlier = activity.period.before()
    before = activity.active_between(earlier) if earlier else 0
    weeks = [float(count) for count in streaks.active_in_weeks(activity.active, activity.shown)]
    return compared(
        activity,
        label=_("Active days"),
        value=f"{formats.exact(count)} / {formats.exact(activity.period.days)}",
        title=_("%(count)s of %(days)s had calls") % {"count": count, "days": counts.days(activity.period.days)},
        note=formats.signed(count - before) if before else None,
        sparkline=build_sparkline(weeks),
    )


def value_figure(activity: Activity) -> KeyFigure:
    now, before = activity.now, activity.before
    is_known = now.calls > 0 and not now.is_unpriced
    is_comparable = is_known and before is not None and before.estimate.is_priced
    figure = compared(
        activity,
        label=_("API-equivalent"),
        value=now.value if is_known else formats.NONE,
        title=_("Estimate: %(value)s at public API rates, not a bill") % {"value": now.exact_value}
        if is_known
        else _("No estimate"),
        note=formats.change(now.usd, before.usd) if before and is_comparable else None,
        sparkline=activity.line(lambda sum_: float(sum_.usd)),
    )
    unpriced = formats.exact(now.estimate.unpriced_tokens)
    why = _("%(count)s tokens have no public rate") % {"count": unpriced} if now.calls else ""
    return with_share(figure, describe_priced(now), why, is_whole=is_known and not now.estimate.unpriced_tokens)


def saved_figure(activity: Activity) -> KeyFigure:
    """What the cached part would have cost more: known where the rates of cached and of uncached input are."""
    now, before = activity.now, activity.before
    saved, is_known = now.estimate.saved_usd, now.calls > 0 and not now.is_unpriced
    return compared(
        activity,
        label=_("Cache savings"),
        value=formats.usd(saved) if is_known else formats.NONE,
        title=_(
            "Cached input would have cost %(amount)s more at the rate of uncached input; counted where both are known"
        )
        % {"amount": formats.exact_usd(saved)},
        note=formats.change(saved, before.estimate.saved_usd) if before and is_known else None,
        sparkline="",
    )


def credits_figure(activity: Activity) -> KeyFigure:
    now, before = activity.credits, activity.credits_before
    figure = compared(
        activity,
        label=_("Codex credits"),
        value=formats.amount(now.amount) if now.is_known else formats.NONE,
        title=describe_credits(now),
        note=formats.change(now.amount, before.amount) if now.is_known and before.is_known else None,
        sparkline="",
    )
    why = _("%(count)s tokens have no credit rate") % {"count": formats.exact(now.missing_tokens)}
    share = describe_counted(now) if activity.now.calls else ""
    return with_share(figure, share, why if share else "", is_whole=now.is_known and not now.missing_tokens)


def describe_credits(now: Credits) -> str:
    if not now.is_known:
        return _("No credit rate is known for these tokens")
    exact = _("%(amount)s credits by the credit card of Codex") % {"amount": formats.exact_amount(now.amount)}
    if not now.inferred_tokens:
        return exact
    inferred = formats.percent(now.inferred_tokens / now.tokens)
    return exact + _("; of %(share)s of the tokens inferred from API rates, 25 a dollar") % {"share": inferred}


def describe_counted(now: Credits) -> str:
    if not now.is_known:
        return _("no credit rate")
    return _("%(share)s counted") % {"share": formats.percent(now.known_share)}


def describe_priced(now: Sum) -> str:
    if not now.calls:
        return _("nothing used")
    if now.is_unpriced:
        return _("no public rate")
    return _("%(share)s priced") % {"share": formats.percent(now.estimate.priced_share)}


def threads_figure(activity: Activity) -> KeyFigure:
    """For who does not group calls by session, what the switch would show."""
    threads = activity.threads
    if threads is None:
        return KeyFigure(
            label=_("Threads"),
            value=formats.NONE,
            title=_("Known once calls are grouped by session"),
            note=_("not grouped"),
            note_title=_("Group your calls by session in the settings to see how many Codex threads they are"),
            trend="",
            sparkline="",
            link=activity.grouping_link,
        )
    figure = compared(
        activity,
        label=_("Threads"),
        value=formats.compact(threads.now),
        title=ngettext("%(count)s thread had calls", "%(count)s threads had calls", threads.now)
        % {"count": formats.exact(threads.now)},
        note=formats.change(threads.now, threads.before),
        sparkline="",
    )
    return replace(figure, link=activity.threads_link)


def streak_figure(activity: Activity) -> KeyFigure:
    lengths = streaks.running_streaks(activity.active)
    today = activity.period.today
    current, longest = streaks.current_streak(lengths, today), streaks.longest_streak(lengths)
    return KeyFigure(
        label=_("Streak"),
        value=counts.days(current),
        title=_("%(days)s in a row, up to today or yesterday") % {"days": counts.active_days(current)},
        note=_("longest %(count)s") % {"count": formats.exact(longest)},
        note_title=_("The longest streak of all time"),
        trend="",
        sparkline=build_sparkline([float(current if on == today else lengths.get(on, 0)) for on in activity.shown]),
    )


def compared(activity: Activity, *, label: str, value: str, title: str, note: str | None, sparkline: str) -> KeyFigure:
    """A figure whose note is its change against the period before, where there is something on both sides."""
    before = activity.period.before()
    note = note if activity.now.calls else None
    trend = {"+": "up", formats.MINUS: "down"}.get((note or "")[:1], "")
    nothing = _("Nothing earlier to compare with")
    note_title = _("Compared with %(dates)s") % {"dates": before.dates} if before and note else nothing
    return KeyFigure(label, value, title, note or "", note_title if before else "", trend, sparkline, bool(note))


def with_share(figure: KeyFigure, share: str, why: str, *, is_whole: bool) -> KeyFigure:
    """The figure with how much of it is known, beside its change or, if that is all there is to say, in its place."""
    if figure.note and is_whole:
        return replace(figure, note_title=f"{figure.note_title} · {share}")
    if figure.note:
        return replace(figure, share=share, note_title=f"{figure.note_title} · {why}", sparkline="")
    return replace(figure, note=share, note_title=why)
