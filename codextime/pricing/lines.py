"""Price lines: what each class of tokens of one rate comes to, so that a sum can be followed down to its rates."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import MILLION, find_multipliers
from codextime.pricing.rates import Rate

UNCACHED, WRITTEN, CACHED, OUTPUT = "uncached", "written", "cached", "output"


@dataclass(frozen=True, slots=True)
class Part:
    """`tokens` of one class, times `rate` per 1,000,000, times `multiplier`. What is not known is `None`."""

    kind: str
    tokens: int
    rate: Decimal | None
    multiplier: Decimal | None

    @property
    def amount(self) -> Decimal | None:
        """In what the rate is in, exact; `None` if it is not known."""
        if self.rate is None or self.multiplier is None:
            return None
        return self.tokens * self.rate * self.multiplier / MILLION


def split(tokens: Tokens, rate: Rate | None, *, is_long_context: bool) -> Iterator[Part]:
    """The classes of `tokens` that there are, each at its own rate. Their amounts add up to those of
    `estimates.price`: reasoning is a part of output, and a cache write without a rate costs what input costs."""
    by_input, by_output = find_multipliers(rate, is_long_context) or (None, None)
    written = tokens.cache_write_input_tokens
    fresh, cached, write, output = rate.amounts if rate else (None,) * 4
    classes = (
        (UNCACHED, tokens.uncached_input_tokens - written, fresh, by_input),
        (WRITTEN, written, fresh if write is None else write, by_input),
        (CACHED, tokens.cached_input_tokens, cached, by_input),
        (OUTPUT, tokens.output_tokens, output, by_output),
    )
    return (Part(kind, count, amount, multiplier) for kind, count, amount, multiplier in classes if count)
