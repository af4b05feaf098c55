"""Rows of usage as the pages add them up."""

import copy
import datetime
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from msgspec import Struct

from codextime.lib import counts, formats
from codextime.lib import tokens as token_counts
from codextime.lib.tokens import Tokens
from codextime.pricing import estimates
from codextime.pricing.credits import NO_CREDITS, Credits, count_credits
from codextime.pricing.estimates import NOTHING, Estimate, estimate
from codextime.pricing.rates import RateBook

Key = TypeVar("Key", bound=Hashable)
NO_TOKENS = Tokens()
PRICED = gettext_noop("%(share)s priced")


class Sum(Struct):
    """Calls, their tokens and what these would have cost; grows by `add`."""

    calls: int = 0
    tokens: Tokens = NO_TOKENS
    estimate: Estimate = NOTHING

    def add(self, other: "Sum") -> None:
        self.calls += other.calls
        self.tokens += other.tokens
        self.estimate += other.estimate

    def take_away(self, part: "Sum") -> None:
        """`part` is one that was added."""
        self.calls -= part.calls
        self.tokens -= part.tokens
        self.estimate -= part.estimate

    @property
    def usd(self) -> Decimal:
        return self.estimate.usd

    @property
    def cached_share(self) -> float:
        """0 to 1 of the input tokens; 0 without input."""
        return self.tokens.cached_input_tokens / self.tokens.input_tokens if self.tokens.input_tokens else 0.0

    def measured(self, measure: str) -> float:
        """The size of the sum as a chart of `measure` draws it."""
        if measure == "calls":
            return self.calls
        return float(self.usd) if measure == "value" else self.tokens.total

    @property
    def is_unpriced(self) -> bool:
        """Whether there are tokens, and none has a rate."""
        return self.tokens.total > 0 and not self.estimate.is_priced

    @property
    def value(self) -> str:
        """The estimate as text; nothing priced is `unpriced`, not zero."""
        return _("unpriced") if self.is_unpriced else formats.usd(self.usd)

    @property
    def exact_tokens(self) -> str:
        return formats.exact(self.tokens.total)

    @property
    def exact_calls(self) -> str:
        return formats.exact(self.calls)

    @property
    def is_partly_priced(self) -> bool:
        return 0 < self.estimate.unpriced_tokens < self.estimate.tokens

    @property
    def partly_priced(self) -> str:
        """The share that has a rate, such as `61 % priced`; empty if all of it has one, or nothing."""
        return _(PRICED) % {"share": formats.percent(self.estimate.priced_share)} if self.is_partly_priced else ""

    @property
    def exact_value(self) -> str:
        if self.is_unpriced:
            return _("unpriced")
        value = formats.exact_usd(self.usd)
        return f"{value} ({self.partly_priced})" if self.is_partly_priced else value

    @property
    def sentence(self) -> str:
        """The exact figures in one line, for tooltips."""
        if not self.calls:
            return _("no calls")
        return _("%(tokens)s tokens, %(calls)s, %(value)s") % {
            "tokens": self.exact_tokens,
            "calls": counts.calls(self.calls),
            "value": self.exact_value,
        }


def print_exactly(sums: Iterable[Sum]) -> list[tuple[str, str, str]]:
    """(tokens, calls, estimate with the priced share) of each, for tables whose head says so. Words are looked up once,
    as a page prints hundreds."""
    unpriced, written = _("unpriced"), formats.find_writer()
    figures = []
    for part in sums:
        estimate_ = part.estimate
        if part.is_unpriced:
            value = unpriced
        else:
            value = f"${written(f'{estimate_.usd:,.4f}')}"
            if part.is_partly_priced:
                value += f" ({formats.percent(estimate_.priced_share)})"
        figures.append((written(f"{part.tokens.total:,}"), written(f"{part.calls:,}"), value))
    return figures


class DayRow(NamedTuple):
    """One row of days, priced: calls of one model on one day, or from it on, all with the rates of `utc_on`."""

    on: datetime.date
    model: str
    sum: Sum
    utc_on: datetime.date
    is_long_context: bool = False


class SeriesRow(NamedTuple):
    """What the series of a chart with this name, a model, a label or a seat, has from a day on."""

    on: datetime.date
    name: str
    sum: Sum


def priced(
    calls: int, tokens: Tokens, model: str, utc_on: datetime.date, *, is_long_context: bool, book: RateBook
) -> Sum:
    return Sum(calls, tokens, estimate(model, utc_on, tokens, is_long_context=is_long_context, book=book))


def add_up(parts: Iterable[Sum]) -> Sum:
    """The sum of all parts, column by column: a fraction of what adding one after the other costs."""
    sums = [part for part in parts if part.calls]  # without calls there are no tokens
    if len(sums) == 1:
        return copy.copy(sums[0])  # as a sum may grow
    if not sums:
        return Sum()
    return Sum(
        sum([part.calls for part in sums]),
        token_counts.total([part.tokens for part in sums]),
        estimates.total([part.estimate for part in sums]),
    )


def total(rows: Iterable[DayRow]) -> Sum:
    return add_up(row.sum for row in rows)


def group(rows: Iterable[DayRow], key: Callable[[DayRow], Key]) -> dict[Key, Sum]:
    """The sum of the rows of each key, in order of first appearance."""
    return add_up_each((key(row), row.sum) for row in rows)


def add_up_each(parts: Iterable[tuple[Key, Sum]]) -> dict[Key, Sum]:
    """The sum of the parts of each key, in order of first appearance."""
    found: dict[Key, list[Sum]] = {}
    for key, part in parts:
        found.setdefault(key, []).append(part)
    return {key: add_up(sums) for key, sums in found.items()}


def total_credits(rows: Iterable[DayRow], book: RateBook) -> Credits:
    """The Codex credits of all rows; what has the same rates is added up before it is counted."""
    groups: dict[tuple[str, bool, int], list[DayRow]] = {}
    for row in rows:
        key = (row.model, row.is_long_context, bisect_right(book.change_dates, row.utc_on))
        groups.setdefault(key, []).append(row)
    return sum(
        (
            count_credits(
                model,
                alike[0].utc_on,
                token_counts.total([row.sum.tokens for row in alike]),
                is_long_context=is_long,
                book=book,
            )
            for (model, is_long, _rates), alike in groups.items()
        ),
        start=NO_CREDITS,
    )
