"""How a thread went: when it became expensive, where it grew most, and where cache and context tend to."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard.threads.reading_one import CallOfThread
from codextime.dashboard.thresholds import Thresholds, print_threshold
from codextime.lib import formats

FEWEST_FOR_TREND = 6
STEADY_POINTS = 0.10  # of the cached share
STEADY_GROWTH = 0.25  # of the mean input


@dataclass(frozen=True, slots=True)
class Event:
    """A line about the thread: what was found, its rule in words, and the call that it is about."""

    name: str
    text: str
    rule: str
    call: CallOfThread | None = None


def find_events(calls: Sequence[CallOfThread], limits: Thresholds, *, is_sample: bool = False) -> list[Event]:
    """Of calls in the order of time. Where they are a sample, their places say nothing."""
    return [
        find_first_expensive(calls, limits, is_sample),
        find_largest_jump(calls),
        find_cache_trend(calls),
        find_context_trend(calls),
    ]


def find_first_expensive(calls: Sequence[CallOfThread], limits: Thresholds, is_sample: bool) -> Event:
    least = limits.high_cost_usd
    number, found = next(((n, call) for n, call in enumerate(calls, 1) if call.sum.usd >= least), (0, None))
    text = _("none")
    if found:
        numbered = _("call %(number)s, %(amount)s") % {"number": formats.exact(number), "amount": found.sum.value}
        text = found.sum.value if is_sample else numbered
    rule = _("The first call with an estimate of %(amount)s or more.") % {
        "amount": print_threshold("high_cost_usd", least)
    }
    return Event(_("First expensive call"), text, rule, found)


def find_largest_jump(calls: Sequence[CallOfThread]) -> Event:
    rule = _("Where the input grew most from one call to the next.")
    steps = [(later.tokens.input_tokens - call.tokens.input_tokens, later) for call, later in itertools.pairwise(calls)]
    growth, found = max(steps, key=lambda step: step[0], default=(0, None))
    if found is None or growth <= 0:
        return Event(_("Largest jump"), _("none"), rule)
    text = _("+%(tokens)s input tokens") % {"tokens": formats.compact(growth)}
    return Event(_("Largest jump"), text, rule, found)


def find_cache_trend(calls: Sequence[CallOfThread]) -> Event:
    rule = _("Cached share of the input, last third of the calls against the first; %(points)s points are a trend.") % {
        "points": round(STEADY_POINTS * 100)
    }
    first, last = find_thirds(calls)
    if not first:
        return Event(_("Cache trend"), describe_too_few(), rule)
    before, after = cached_share(first), cached_share(last)
    words = name_trend(after - before, STEADY_POINTS)
    return Event(_("Cache trend"), f"{words}, {formats.percent(before)} → {formats.percent(after)}", rule)


def find_context_trend(calls: Sequence[CallOfThread]) -> Event:
    rule = _("Mean input of a call, last third of the calls against the first; %(share)s is a trend.") % {
        "share": formats.percent(STEADY_GROWTH)
    }
    first, last = find_thirds(calls)
    if not first:
        return Event(_("Context trend"), describe_too_few(), rule)
    before, after = mean_input(first), mean_input(last)
    words = name_trend(after / before - 1 if before else 0, STEADY_GROWTH)
    return Event(_("Context trend"), f"{words}, {formats.compact(before)} → {formats.compact(after)}", rule)


def find_thirds(calls: Sequence[CallOfThread]) -> tuple[Sequence[CallOfThread], Sequence[CallOfThread]]:
    """The first and the last third; nothing of fewer calls than make a trend."""
    third = len(calls) // 3
    return (calls[:third], calls[-third:]) if len(calls) >= FEWEST_FOR_TREND else ((), ())


def describe_too_few() -> str:
    return _("too few calls (%(number)s are needed)") % {"number": FEWEST_FOR_TREND}


def name_trend(change: float, steady: float) -> str:
    if abs(change) < steady:
        return _("steady")
    return _("rising") if change > 0 else _("falling")


def cached_share(calls: Sequence[CallOfThread]) -> float:
    read = sum(call.tokens.input_tokens for call in calls)
    return sum(call.tokens.cached_input_tokens for call in calls) / read if read else 0.0


def mean_input(calls: Sequence[CallOfThread]) -> int:
    return sum(call.tokens.input_tokens for call in calls) // len(calls)
