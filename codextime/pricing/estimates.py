"""What tokens would have cost through OpenAI's API: an estimate from public rates, never a bill."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from codextime.lib.tokens import Tokens
from codextime.pricing.rates import PACKAGED, Rate, RateBook, find_rate, why_unpriced

MILLION = Decimal(1_000_000)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """`usd` covers all of `tokens` but `unpriced_tokens`; `rates` are the rates that were used, `gaps` the sentences
    that say why some tokens have none. `saved_usd` is what cached tokens would have cost more at the rate of uncached
    ones, where both rates are known."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    unpriced_tokens: int = 0
    rates: frozenset[Rate] = frozenset()
    gaps: frozenset[str] = frozenset()
    saved_usd: Decimal = Decimal(0)

    @property
    def is_priced(self) -> bool:
        """Whether any of the tokens has a price, so that `usd` means something."""
        return self.tokens > self.unpriced_tokens

    @property
    def priced_share(self) -> float:
        """0 to 1 of the tokens; 1 for no tokens at all."""
        return 1 - self.unpriced_tokens / self.tokens if self.tokens else 1.0

    def __sub__(self, part: "Estimate") -> "Estimate":
        """Without a part that was added. The rates and gaps are still those of the whole."""
        return replace(
            self,
            usd=self.usd - part.usd,
            tokens=self.tokens - part.tokens,
            unpriced_tokens=self.unpriced_tokens - part.unpriced_tokens,
            saved_usd=self.saved_usd - part.saved_usd,
        )

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            self.usd + other.usd,
            self.tokens + other.tokens,
            self.unpriced_tokens + other.unpriced_tokens,
            self.rates if other.rates <= self.rates else self.rates | other.rates,
            self.gaps if other.gaps <= self.gaps else self.gaps | other.gaps,
            self.saved_usd + other.saved_usd,
        )


NOTHING = Estimate()


def estimate(
    model: str, on: datetime.date, tokens: Tokens, *, is_long_context: bool, book: RateBook = PACKAGED
) -> Estimate:
    """The estimate for calls of one model on the UTC date `on`, all of them long context or none."""
    priced = price(tokens, find_rate(model, on, book), is_long_context=is_long_context)
    return replace(priced, gaps=frozenset([why_unpriced(model, on, book)])) if priced.unpriced_tokens else priced


def total(estimates: Iterable[Estimate]) -> Estimate:
    """Their sum, at a fraction of what adding one after the other costs."""
    usd = saved = Decimal(0)
    tokens = unpriced = 0
    rates, gaps = set[frozenset[Rate]](), set[frozenset[str]]()
    for part in estimates:
        usd += part.usd
        saved += part.saved_usd
        tokens += part.tokens
        unpriced += part.unpriced_tokens
        rates.add(part.rates)
        gaps.add(part.gaps)
    return Estimate(usd, tokens, unpriced, frozenset().union(*rates), frozenset().union(*gaps), saved)


def price(tokens: Tokens, rate: Rate | None, *, is_long_context: bool) -> Estimate:
    """`tokens` at `rate`; what the rate does not know is counted as unpriced, never as free or as full price."""
    multipliers = find_multipliers(rate, is_long_context)
    if rate is None or multipliers is None:
        return Estimate(tokens=tokens.total, unpriced_tokens=tokens.total)
    by_input, by_output = multipliers
    written = tokens.cache_write_input_tokens
    fresh = max(tokens.uncached_input_tokens - written, 0)
    read = fresh * rate.input + written * (rate.input if rate.cache_write is None else rate.cache_write)
    unpriced, saved = tokens.cached_input_tokens, Decimal(0)
    if rate.cached_input is not None:
        read += tokens.cached_input_tokens * rate.cached_input
        unpriced, saved = 0, tokens.cached_input_tokens * (rate.input - rate.cached_input) * by_input / MILLION
    usd = (read * by_input + tokens.output_tokens * rate.output * by_output) / MILLION
    return Estimate(usd, tokens.total, unpriced, frozenset([rate]), saved_usd=saved)


def find_multipliers(rate: Rate | None, is_long_context: bool) -> tuple[Decimal, Decimal] | None:
    """(input's, output's) multiplier, or `None` if the rate has a long-context tier whose figures are not known."""
    tier = rate.long_context if rate and is_long_context else None
    if tier is None:
        return ONE, ONE
    if tier.input_multiplier is None or tier.output_multiplier is None:
        return None
    return tier.input_multiplier, tier.output_multiplier
