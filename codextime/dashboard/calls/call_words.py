"""The rules of `diagnosis`, and the parts of a call, in words."""

from django.utils.translation import gettext as _

from codextime.dashboard.calls import diagnosis
from codextime.dashboard.thresholds import Thresholds, print_thresholds
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
                "The call before read at least %(warm)s of its input from the cache, this one at most %(cold)s, and "
                "its input is at least %(count)s tokens: the cache was gone."
            )
            % {
                "warm": formats.percent(diagnosis.WAS_WARM_FROM),
                "cold": formats.percent(diagnosis.COLD_UP_TO),
                "count": formats.exact(diagnosis.RESUME_LEAST_INPUT),
            },
        ),
        diagnosis.UNCACHED_SPIKE: (
            _("Uncached spike"),
            _("More than %(count)s tokens were not in the cache, and more than twice as many as in the call before.")
            % {"count": formats.exact(diagnosis.SPIKE_LEAST)},
        ),
        diagnosis.WARM: (_("Warm"), _("At least 85 % of the input came from the cache.")),
        diagnosis.PARTIAL_MISS: (_("Partial miss"), _("Between 5 % and 85 % of the input came from the cache.")),
        diagnosis.COLD: (_("Cold"), _("At most 5 % of the input came from the cache.")),
        diagnosis.NO_INPUT: (_("No input"), _("Without input there is nothing that a cache could hold.")),
    }


def advice_words(limits: Thresholds) -> dict[str, tuple[str, str]]:
    """(what it is, when it is said and what to do) of each recommendation."""
    said = print_thresholds(limits)
    return {
        "high-cost": (
            _("High estimate"),
            _("Said from %(amount)s a call on. A smaller model, or less in the context, would cost less.")
            % {"amount": said["high_cost_usd"]},
        ),
        "context-bloat": (
            _("Full context"),
            _("Said from %(share)s of the context window on. A new session, or a compaction, starts with less.")
            % {"share": said["high_context_ratio"]},
        ),
        "elevated-context": (
            _("Context filling up"),
            _("Said from %(share)s of the context window on.") % {"share": said["elevated_context_ratio"]},
        ),
        "low-cache": (
            _("Low cache reuse"),
            _(
                "Said when less than %(share)s of the input came from the cache and at least %(number)s tokens did "
                "not. Long pauses and changed instructions empty it."
            )
            % {"share": said["low_cache_ratio"], "number": said["high_uncached_input_tokens"]},
        ),
        "reasoning-spike": (
            _("Mostly reasoning"),
            _("Said when at least %(share)s of %(number)s or more output tokens are reasoning. A lower effort may do.")
            % {"share": said["high_reasoning_ratio"], "number": said["reasoning_min_output_tokens"]},
        ),
        "low-output": (
            _("Much read, little written"),
            _("Said when %(read)s tokens or more gave at most %(written)s tokens of output.")
            % {"read": said["expensive_low_output_total_tokens"], "written": said["low_output_tokens"]},
        ),
        "large-thread": (
            _("Large thread"),
            _("Said when the thread has %(number)s tokens or more in all.")
            % {"number": said["large_cumulative_tokens"]},
        ),
        "pricing-gap": (_("No rate"), _("Some of its tokens have no public rate, and stand in no estimate.")),
        "estimated-pricing": (
            _("Rate of third parties"),
            _("The official page says nothing; several independent tables agree."),
        ),
        "subagent": (_("Sub-agent"), _("Another thread started the one that this call belongs to.")),
    }


def severity_words() -> dict[str, str]:
    return {"high": _("high"), "medium": _("medium"), "review": _("worth knowing")}


def token_words() -> dict[str, str]:
    return {
        "input_tokens": _("Input"),
        "cached_input_tokens": _("of it cached"),
        "cache_write_input_tokens": _("of it written to the cache"),
        "output_tokens": _("Output"),
        "reasoning_output_tokens": _("of it reasoning"),
    }
