"""What deserves a look in a thread: short marks, each with its rule in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard.threads.thread_sums import ThreadSum
from codextime.lib import formats

LARGE_THREAD_TOKENS = 200_000
HIGH_CONTEXT_SHARE = 0.60
LOW_CACHE_SHARE, MANY_UNCACHED_TOKENS = 0.30, 10_000


@dataclass(frozen=True, slots=True)
class Signal:
    """`rule` says in words when it is given."""

    name: str
    rule: str


def find_signals(found: ThreadSum, rules: Mapping[str, Signal], *, is_subagent: bool) -> list[Signal]:
    """Those of `rules` (`list_signals`) that hold for the sums of a thread or a tree."""
    tokens = found.sum.tokens
    is_low = found.sum.cached_share < LOW_CACHE_SHARE and tokens.uncached_input_tokens >= MANY_UNCACHED_TOKENS
    given = {
        "large": tokens.total >= LARGE_THREAD_TOKENS,
        "context": (found.context_share or 0) >= HIGH_CONTEXT_SHARE,
        "cache": is_low,
        "unpriced": found.sum.estimate.unpriced_tokens > 0,
        "subagent": is_subagent,
    }
    return [rules[name] for name, is_given in given.items() if is_given]


def list_signals() -> dict[str, Signal]:
    """All there are, in the language of the page."""
    return {
        "large": Signal(
            _("large thread"), _("%(tokens)s tokens or more.") % {"tokens": formats.exact(LARGE_THREAD_TOKENS)}
        ),
        "context": Signal(
            _("context bloat"),
            _("A call read %(share)s or more of its model's context window.")
            % {"share": formats.percent(HIGH_CONTEXT_SHARE)},
        ),
        "cache": Signal(
            _("low cache"),
            _("Less than %(share)s of the input came from the cache, and %(tokens)s tokens or more did not.")
            % {"share": formats.percent(LOW_CACHE_SHARE), "tokens": formats.exact(MANY_UNCACHED_TOKENS)},
        ),
        "unpriced": Signal(_("unpriced"), _("Some of the tokens have no public rate, and stand in no estimate.")),
        "subagent": Signal(_("sub-agent"), _("Another thread started it.")),
    }
