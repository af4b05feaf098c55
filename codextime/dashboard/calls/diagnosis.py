"""What the cache did in a call, and what is worth a look: rules over counts, with their thresholds."""

from dataclasses import dataclass

from codextime.dashboard.thresholds import Thresholds
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Estimate
from codextime.pricing.rates import OwnRate

COLD_RESUME, UNCACHED_SPIKE, WARM, PARTIAL_MISS, COLD = "cold_resume", "uncached_spike", "warm", "partial_miss", "cold"
COMPACTION, NO_INPUT = "compaction", "no_input"
WARM_FROM, COLD_UP_TO = 0.85, 0.05
WAS_WARM_FROM, RESUME_LEAST_INPUT = 0.80, 1_000
SPIKE_TIMES, SPIKE_LEAST = 2, 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is judged of a call. `context_window` and `thread_tokens` are `None` where they are not known."""

    tokens: Tokens
    estimate: Estimate
    context_window: int | None
    thread_tokens: int | None
    is_of_subagent: bool

    @property
    def context_share(self) -> float | None:
        return self.tokens.input_tokens / self.context_window if self.context_window else None


def cached_share(tokens: Tokens) -> float:
    """0 to 1 of the input; 0 without input."""
    return tokens.cached_input_tokens / tokens.input_tokens if tokens.input_tokens else 0.0


def diagnose(tokens: Tokens, previous: Tokens | None) -> str:
    """The first of the rules that fits; those that compare need the call before it in the thread."""
    share, uncached = cached_share(tokens), tokens.uncached_input_tokens
    if not tokens.input_tokens:
        return NO_INPUT
    if previous is not None:
        if tokens.input_tokens * 2 <= previous.input_tokens:
            return COMPACTION
        if (
            cached_share(previous) >= WAS_WARM_FROM
            and share <= COLD_UP_TO
            and tokens.input_tokens >= RESUME_LEAST_INPUT
        ):
            return COLD_RESUME
        if uncached > max(SPIKE_TIMES * previous.uncached_input_tokens, SPIKE_LEAST):
            return UNCACHED_SPIKE
    if share >= WARM_FROM:
        return WARM
    return PARTIAL_MISS if share > COLD_UP_TO else COLD


def advise(facts: Facts, limits: Thresholds) -> list[tuple[str, str]]:
    """(kind, severity) of what is worth a look, the most severe first: high, medium, review."""
    tokens, share = facts.tokens, facts.context_share
    is_high_context = share is not None and share >= limits.high_context_ratio
    found = {
        ("high-cost", "high"): facts.estimate.usd >= limits.high_cost_usd,
        ("context-bloat", "high"): is_high_context,
        ("elevated-context", "medium"): share is not None
        and not is_high_context
        and share >= limits.elevated_context_ratio,
        ("low-cache", "medium"): cached_share(tokens) < limits.low_cache_ratio
        and tokens.uncached_input_tokens >= limits.high_uncached_input_tokens,
        ("reasoning-spike", "medium"): tokens.output_tokens >= limits.reasoning_min_output_tokens
        and tokens.reasoning_output_tokens >= limits.high_reasoning_ratio * tokens.output_tokens,
        ("low-output", "medium"): tokens.total >= limits.expensive_low_output_total_tokens
        and tokens.output_tokens <= limits.low_output_tokens,
        ("large-thread", "medium"): (facts.thread_tokens or 0) >= limits.large_cumulative_tokens,
        ("pricing-gap", "review"): facts.estimate.unpriced_tokens > 0,
        ("estimated-pricing", "review"): any(
            not rate.is_official and not isinstance(rate, OwnRate) for rate in facts.estimate.rates
        ),
        ("subagent", "review"): facts.is_of_subagent,
    }
    return [kind for kind, is_so in found.items() if is_so]
