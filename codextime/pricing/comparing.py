"""Compares the rates in force with a price page that somebody saved."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from codextime.pricing.rates import Rate, RateBook, find_listed_name
from codextime.pricing.saved_pages import Found, find_amounts

CACHE_WRITE = re.compile(r"cache[\s-]+writ", re.IGNORECASE)  # a page that is silent of them says nothing against ours


@dataclass(frozen=True, slots=True)
class Difference:
    """`missing` are the amounts of the rate that the page does not have beside the model, `found` those that it has."""

    rate: Rate
    missing: Mapping[str, Decimal]
    found: list[Decimal]


@dataclass(slots=True)
class Comparison:
    """`unknown` are models of the page without a rate in force, each with the figures beside it; `unread` are named
    there without figures; `absent` are models with a rate in force that the page does not name."""

    agreed: list[Rate] = field(default_factory=list)
    different: list[Difference] = field(default_factory=list)
    unknown: list[tuple[str, list[Decimal]]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def compare(page: str, book: RateBook, *, today: datetime.date, is_credits: bool = False) -> Comparison:
    """The rates of the UTC date `today`, in USD or in credits."""
    listed = book.credits if is_credits else book.rates
    in_force = {rate.model: rate for rates in listed.values() for rate in rates if rate.holds(today)}
    has_writes = CACHE_WRITE.search(page) is not None
    result = Comparison()
    named = set()
    for name, found in sorted(find_amounts(page).items()):
        rate = in_force.get(find_listed_name(name, listed, book))
        named.add(rate)
        if not found.groups:
            result.unread.append(name)
        elif rate is None:
            result.unknown.append((name, sorted(found.amounts)))
        elif missing := find_missing(named_amounts(rate, has_writes=has_writes), found):
            result.different.append(Difference(rate, missing, sorted(found.amounts)))
        elif rate not in result.agreed:
            result.agreed.append(rate)
    result.absent = sorted(model for model, rate in in_force.items() if rate not in named)
    return result


def find_missing(wanted: Mapping[str, Decimal], found: Found) -> dict[str, Decimal]:
    """What the row of the page that fits best does not have."""
    best = max(found.rows, key=lambda row: sum(amount in row for amount in wanted.values()))
    return {kind: amount for kind, amount in wanted.items() if amount not in best}


def named_amounts(rate: Rate, *, has_writes: bool) -> dict[str, Decimal]:
    kinds = dict(zip(("input", "cached input", "cache write", "output"), rate.amounts, strict=True))
    return {
        kind: amount for kind, amount in kinds.items() if amount is not None and (has_writes or kind != "cache write")
    }
