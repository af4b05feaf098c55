"""What deserves a look in a thread: short marks, each with its rule in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard.threads.thread_sums import ThreadSum
from codextime.dashboard.thresholds import Thresholds, print_thresholds


@dataclass(frozen=True, slots=True)
class Signal:
    """`rule` says in words when it is given."""

    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Rules:
    """From where on a signal is given, and each in words."""

    limits: Thresholds
    signals: Mapping[str, Signal]


def find_signals(found: ThreadSum, rules: Rules, *, is_subagent: bool) -> list[Signal]:
    """Those that hold for the sums of a thread or a tree."""
    tokens, limits = found.sum.tokens, rules.limits
    is_uncached = tokens.uncached_input_tokens >= limits.high_uncached_input_tokens
    given = {
        "large": tokens.total >= limits.large_cumulative_tokens,
        "context": (found.context_share or 0) >= limits.high_context_ratio,
        "cache": found.sum.cached_share < limits.low_cache_ratio and is_uncached,
        "unpriced": found.sum.estimate.unpriced_tokens > 0,
        "subagent": is_subagent,
    }
    return [rules.signals[name] for name, is_given in given.items() if is_given]


def make_rules(limits: Thresholds) -> Rules:
    """All there are, in the language of the page."""
    said = print_thresholds(limits)
    signals = {
        "large": Signal(
            _("large thread"), _("%(tokens)s tokens or more.") % {"tokens": said["large_cumulative_tokens"]}
        ),
        "context": Signal(
            _("context bloat"),
            _("A call read %(share)s or more of its model's context window.") % {"share": said["high_context_ratio"]},
        ),
        "cache": Signal(
            _("low cache"),
            _("Less than %(share)s of the input came from the cache, and %(tokens)s tokens or more did not.")
            % {"share": said["low_cache_ratio"], "tokens": said["high_uncached_input_tokens"]},
        ),
        "unpriced": Signal(_("unpriced"), _("Some of the tokens have no public rate, and stand in no estimate.")),
        "subagent": Signal(_("sub-agent"), _("Another thread started it.")),
    }
    return Rules(limits, signals)
