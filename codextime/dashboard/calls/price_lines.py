"""What each part of a call would have cost, line by line; together the estimate."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from codextime.lib.tokens import LONG_CONTEXT_TOKENS, Tokens
from codextime.pricing.estimates import MILLION, find_multipliers
from codextime.pricing.rates import Rate, RateBook, find_rate


@dataclass(frozen=True, slots=True)
class PriceLine:
    """`usd` is `None` where the rate is not known; `rate` is USD per 1,000,000 tokens, times `multiplier`."""

    part: str  # "uncached", "written", "cached" or "output"
    tokens: int
    rate: Decimal | None
    multiplier: Decimal
    usd: Decimal | None


def list_price_lines(
    model: str, on: datetime.date, tokens: Tokens, *, book: RateBook
) -> tuple[Rate | None, list[PriceLine]]:
    """The rate that holds on the UTC date, and a line for each part; none where nothing of it can be priced."""
    rate = find_rate(model, on, book)
    multipliers = find_multipliers(rate, tokens.input_tokens > LONG_CONTEXT_TOKENS)
    if rate is None or multipliers is None:
        return rate, []
    by_input, by_output = multipliers
    written = tokens.cache_write_input_tokens
    fresh = max(tokens.uncached_input_tokens - written, 0)
    parts = [
        ("uncached", fresh, rate.input, by_input),
        ("written", written, rate.input if rate.cache_write is None else rate.cache_write, by_input),
        ("cached", tokens.cached_input_tokens, rate.cached_input, by_input),
        ("output", tokens.output_tokens, rate.output, by_output),
    ]
    return rate, [
        PriceLine(part, number, amount, multiplier, None if amount is None else number * amount * multiplier / MILLION)
        for part, number, amount, multiplier in parts
        if number or part != "written"
    ]
