"""The rules of `diagnosis`, and the parts of a call, in words."""

from django.utils.translation import gettext as _

from codextime.dashboard.calls import diagnosis
from codextime.dashboard.calls.diagnosis import DEFAULTS
from codextime.lib import formats


def diagnosis_words() -> dict[str, tuple[str, str]]:
    """(name, rule) of each diagnosis."""
    return {
        diagnosis.COMPACTION: (
            _("After a compaction"),
            _("The input is half of that of the call before, or less. Logs do not say why, so this is an estimate."),
        ),
        diagnosis.COLD_RESUME: (
            _("Cold resume"),
            _(
                "The call before read at least 80 % of its input from the cache, this one at most 5 %, and its input "
                "is at least 1,000 tokens: the cache was gone."
            ),
        ),
        diagnosis.UNCACHED_SPIKE: (
            _("Uncached spike"),
            _("More than 1,000 tokens were not in the cache, and more than twice as many as in the call before."),
        ),
        diagnosis.WARM: (_("Warm"), _("At least 85 % of the input came from the cache.")),
        diagnosis.PARTIAL_MISS: (_("Partial miss"), _("Between 5 % and 85 % of the input came from the cache.")),
        diagnosis.COLD: (_("Cold"), _("At most 5 % of the input came from the cache.")),
        diagnosis.NO_INPUT: (_("No input"), _("Without input there is nothing that a cache could hold.")),
    }


def advice_words() -> dict[str, tuple[str, str]]:
    """(what it is, when it is said and what to do) of each recommendation."""
    cost, least_input = formats.usd(DEFAULTS.high_cost_usd), formats.exact(DEFAULTS.high_uncached_input_tokens)
    return {
        "high-cost": (
            _("High estimate"),
            _("Said from %(amount)s a call on. A smaller model, or less in the context, would cost less.")
            % {"amount": cost},
        ),
        "context-bloat": (
            _("Full context"),
            _("Said from 60 % of the context window on. A new session, or a compaction, starts with less."),
        ),
        "elevated-context": (_("Context filling up"), _("Said from 50 % of the context window on.")),
        "low-cache": (
            _("Low cache reuse"),
            _(
                "Said when less than 30 %% of the input came from the cache and at least %(number)s tokens did not. "
                "Long pauses and changed instructions empty it."
            )
            % {"number": least_input},
        ),
        "reasoning-spike": (
            _("Mostly reasoning"),
            _("Said when at least 75 % of 100 or more output tokens are reasoning. A lower effort may do."),
        ),
        "low-output": (
            _("Much read, little written"),
            _("Said when 20,000 tokens or more gave at most 100 tokens of output."),
        ),
        "large-thread": (_("Large thread"), _("Said when the thread has 200,000 tokens or more in all.")),
        "pricing-gap": (_("No rate"), _("Some of its tokens have no public rate, and stand in no estimate.")),
        "estimated-pricing": (
            _("Rate of third parties"),
            _("The official page says nothing; several independent tables agree."),
        ),
        "subagent": (_("Sub-agent"), _("Another thread started the one that this call belongs to.")),
    }


def severity_words() -> dict[str, str]:
    return {"high": _("high"), "medium": _("medium"), "review": _("worth knowing")}


def part_words() -> dict[str, str]:
    return {
        "uncached": _("Uncached input"),
        "written": _("Input written to the cache"),
        "cached": _("Cached input"),
        "output": _("Output, with reasoning"),
    }


def token_words() -> dict[str, str]:
    return {
        "input_tokens": _("Input"),
        "cached_input_tokens": _("of it cached"),
        "cache_write_input_tokens": _("of it written to the cache"),
        "output_tokens": _("Output"),
        "reasoning_output_tokens": _("of it reasoning"),
    }
