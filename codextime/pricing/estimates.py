"""What tokens would have cost through OpenAI's API: an estimate from public rates, never a bill."""

import datetime
import functools
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from codextime.lib.tokens import Tokens
from codextime.pricing.rates import PACKAGED, Rate, RateBook, find_rate, why_unpriced

MILLION = Decimal(1_000_000)
ONE = Decimal(1)


class Estimate(Struct, frozen=True, gc=False):
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


class Pricing(Struct, frozen=True, gc=False):
    """What holds for calls of one model on one day, all of them long context or none: what a token of each class comes
    to, `None` where nothing is known, and how much a cached one saves. `gaps` says what is not known, if anything."""

    rates: frozenset[Rate] = frozenset()
    gaps: frozenset[str] = frozenset()
    fresh: Decimal | None = None
    written: Decimal = Decimal(0)
    cached: Decimal | None = None
    output: Decimal = Decimal(0)
    saved: Decimal = Decimal(0)

    def price(self, tokens: Tokens) -> Estimate:
        """What is not known is counted as unpriced, never as free or as full price. A sum costs what its parts cost:
        cached and written input stand in the place of fresh input, and nothing is cut off at zero."""
        count = tokens.input_tokens + tokens.output_tokens
        if self.fresh is None:
            return Estimate(tokens=count, unpriced_tokens=count, gaps=self.gaps)
        cached, written = tokens.cached_input_tokens, tokens.cache_write_input_tokens
        fresh = tokens.input_tokens - cached - written
        usd = fresh * self.fresh + tokens.output_tokens * self.output
        if written:
            usd += written * self.written
        if self.cached is not None:
            return Estimate(usd + cached * self.cached, count, 0, self.rates, saved_usd=cached * self.saved)
        return Estimate(usd, count, cached, self.rates, self.gaps if cached else frozenset())


def estimate(
    model: str, on: datetime.date, tokens: Tokens, *, is_long_context: bool, book: RateBook = PACKAGED
) -> Estimate:
    """The estimate for calls of one model on the UTC date `on`, all of them long context or none."""
    return find_pricing(model, on, is_long_context=is_long_context, book=book).price(tokens)


def find_pricing(model: str, on: datetime.date, *, is_long_context: bool, book: RateBook = PACKAGED) -> Pricing:
    """For the UTC date `on`, and the language in which gaps are explained. Who prices many rows keeps it."""
    pricing = make_pricing(find_rate(model, on, book), is_long_context)
    if pricing.cached is not None:
        return pricing
    return replace(pricing, gaps=frozenset([why_unpriced(model, on, book)]))


def total(estimates: Iterable[Estimate]) -> Estimate:
    """Their sum, at a fraction of what adding one after the other costs."""
    usd = saved = Decimal(0)
    tokens = unpriced = 0
    rates, gaps = NOTHING.rates, NOTHING.gaps
    for part in estimates:
        usd += part.usd
        saved += part.saved_usd
        tokens += part.tokens
        unpriced += part.unpriced_tokens
        if not part.rates <= rates:
            rates |= part.rates
        if not part.gaps <= gaps:
            gaps |= part.gaps
    return Estimate(usd, tokens, unpriced, rates, gaps, saved)


def price(tokens: Tokens, rate: Rate | None, *, is_long_context: bool) -> Estimate:
    """`tokens` at `rate`, without a word about gaps."""
    return make_pricing(rate, is_long_context).price(tokens)


@functools.lru_cache(maxsize=8192)  # as for the rates themselves
def make_pricing(rate: Rate | None, is_long_context: bool) -> Pricing:
    multipliers = find_multipliers(rate, is_long_context)
    if rate is None or multipliers is None:
        return Pricing()
    by_input, by_output = (multiplier / MILLION for multiplier in multipliers)
    cached = rate.cached_input
    return Pricing(
        rates=frozenset([rate]),
        fresh=rate.input * by_input,
        written=(rate.input if rate.cache_write is None else rate.cache_write) * by_input,
        cached=None if cached is None else cached * by_input,
        output=rate.output * by_output,
        saved=Decimal(0) if cached is None else (rate.input - cached) * by_input,
    )


def find_multipliers(rate: Rate | None, is_long_context: bool) -> tuple[Decimal, Decimal] | None:
    """(input's, output's) multiplier, or `None` if the rate has a long-context tier whose figures are not known."""
    tier = rate.long_context if rate and is_long_context else None
    if tier is None:
        return ONE, ONE
    if tier.input_multiplier is None or tier.output_multiplier is None:
        return None
    return tier.input_multiplier, tier.output_multiplier
