"""What calls would have cost, in dollars and in Codex credits, by whatever they are grouped by."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.sums import Sum
from codextime.pricing.credits import NO_CREDITS, Credits, count_credits
from codextime.pricing.rates import RateBook

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Worth:
    """Grows by `add`."""

    sum: Sum = field(default_factory=Sum)
    credits: Credits = NO_CREDITS

    def add(self, other: "Worth") -> None:
        self.sum.add(other.sum)
        self.credits += other.credits


def worth_of(row: RatedRow, book: RateBook) -> Worth:
    tokens = row.sum.tokens
    whole = Sum(row.sum.calls, tokens, row.sum.estimate)  # of its own, as it may grow
    return Worth(whole, count_credits(row.model, row.utc_on, tokens, is_long_context=row.is_long_context, book=book))


def group(pairs: Iterable[tuple[Key, Worth]]) -> dict[Key, Worth]:
    """The worth of each key, in order of first appearance."""
    result: dict[Key, Worth] = {}
    for key, worth in pairs:
        result.setdefault(key, Worth()).add(worth)
    return result


def total(parts: Iterable[Worth]) -> Worth:
    whole = Worth()
    for part in parts:
        whole.add(part)
    return whole


def by_value(parts: Mapping[str, Worth]) -> list[str]:
    """The names, dearest first, then those with most tokens; equal ones by name."""
    return sorted(parts, key=lambda name: (-parts[name].sum.usd, -parts[name].sum.tokens.total, name))


def price_credits(credits_: Credits, usd_per_credit: Decimal | None) -> Decimal | None:
    """In USD; `None` if no price is known, or nothing to price."""
    return credits_.amount * usd_per_credit if usd_per_credit is not None and credits_.is_known else None
