"""What tokens take of Codex credits: by the credit card's rates, and where it has none yet, by what a credit is worth.

A credit card counts tokens since 2 April 2026; before that, Codex counted messages, so nothing has credits.
"""

import datetime
import functools
from decimal import Decimal

import msgspec

from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import price
from codextime.pricing.rates import PACKAGED, Rate, RateBook, find_listed_name, find_rate

CREDITS_PER_USD = Decimal(25)  # makes every rate of the credit card from its USD rate, but one that is rounded


class Credits(msgspec.Struct, frozen=True, gc=False):
    """`amount` covers all of `tokens` but `missing_tokens`; the part for `inferred_tokens` was made from USD rates."""

    amount: Decimal = Decimal(0)
    tokens: int = 0
    inferred_tokens: int = 0
    missing_tokens: int = 0

    @property
    def is_known(self) -> bool:
        """Whether any of the tokens has a credit rate, so that `amount` means something."""
        return self.tokens > self.missing_tokens

    @property
    def known_share(self) -> float:
        """0 to 1 of the tokens, inferred ones included; 1 for no tokens at all."""
        return 1 - self.missing_tokens / self.tokens if self.tokens else 1.0

    @property
    def mark(self) -> str:
        """How well the amount is known: `exact`, `inferred` or `missing`; the worst that is true of some of it."""
        if self.missing_tokens:
            return "missing"
        return "inferred" if self.inferred_tokens else "exact"

    def __add__(self, other: "Credits") -> "Credits":
        return Credits(
            self.amount + other.amount,
            self.tokens + other.tokens,
            self.inferred_tokens + other.inferred_tokens,
            self.missing_tokens + other.missing_tokens,
        )


NO_CREDITS = Credits()


def count_credits(
    model: str, on: datetime.date, tokens: Tokens, *, is_long_context: bool, book: RateBook = PACKAGED
) -> Credits:
    """The credits for calls of one model on the UTC date `on`, all of them long context or none."""
    listed = find_credit_rate(model, on, book)
    rate = listed or find_inferred_rate(model, on, book)
    counted = price(tokens, rate, is_long_context=is_long_context)
    known = counted.tokens - counted.unpriced_tokens
    return Credits(counted.usd, counted.tokens, 0 if listed else known, counted.unpriced_tokens)


@functools.lru_cache(maxsize=8192)
def find_credit_rate(model: str, on: datetime.date, book: RateBook = PACKAGED) -> Rate | None:
    """The credit card's rate of `model` on the UTC date `on`, or `None`; names are taken as in `find_rate`."""
    listed = book.credits.get(find_listed_name(model, book.credits, book), ())
    return next((rate for rate in listed if rate.holds(on)), None)


@functools.lru_cache(maxsize=8192)
def find_inferred_rate(model: str, on: datetime.date, book: RateBook = PACKAGED) -> Rate | None:
    """Credits per 1,000,000 tokens made from the USD rate, for a model that is newer than the credit card and not on it
    yet; `None` for older ones, which it leaves out on purpose. What somebody pays by a rate of their own says nothing
    of credits."""
    book = book.public or book
    usd = find_rate(model, on, book)
    card_begins = min((rate.effective_from for rates in book.credits.values() for rate in rates), default=None)
    is_on_card = find_listed_name(model, book.credits, book) in book.credits
    if usd is None or card_begins is None or is_on_card or is_older(usd, card_begins, book):
        return None
    cached = None if usd.cached_input is None else usd.cached_input * CREDITS_PER_USD
    return msgspec.structs.replace(
        usd,
        input=usd.input * CREDITS_PER_USD,
        cached_input=cached,
        cache_write=None,  # the credit card charges nothing for writing, and has no tier for long context
        output=usd.output * CREDITS_PER_USD,
        long_context=None,
    )


def is_older(rate: Rate, card_begins: datetime.date, book: RateBook) -> bool:
    """Whether the rate's model was there before the credit card."""
    return book.rates[rate.model][0].effective_from < card_begins
