"""The rates as the public page shows them: in figures while their evidence is fresh, in words when it is old."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.dashboard.rates_used import per_million
from codextime.lib import formats
from codextime.pricing.rates import LongContext, Rate, RateBook

Amount = Callable[[Decimal], str]
UNKNOWN = gettext_noop("not known")
AS_INPUT = gettext_noop("as input")


@dataclass(frozen=True, slots=True)
class ShownRate:
    """A row of a table. Old evidence has no figures: `input`, `cached_input`, `cache_write` and `output` are empty."""

    model: str
    since: str
    until: str
    is_old: bool
    input: str
    cached_input: str
    cache_write: str
    output: str
    long_context: str
    evidence: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """`current` are the rates of today, the newest first; `later` those that begin after it, `earlier` those that
    ended."""

    current: list[ShownRate]
    later: list[ShownRate]
    earlier: list[ShownRate]


@dataclass(frozen=True, slots=True)
class RatesPage:
    usd: RateTable
    credits: RateTable
    aliases: list[tuple[str, str]]
    unpriced: list[tuple[str, str]]
    without_credits: list[tuple[str, str]]
    evidence: str


def build_rates_page(book: RateBook, *, today: datetime.date) -> RatesPage:
    dates = [rate.evidence_on for rate in chain.from_iterable(book.rates.values()) if rate.holds(today)]
    return RatesPage(
        usd=build_table(book.rates, per_million, today),
        credits=build_table(book.credits, formats.plain_amount, today),
        aliases=sorted(book.names.aliases.items()),
        unpriced=[(model, _(why)) for model, why in book.names.unpriced.items() if model not in book.rates],
        without_credits=[
            (model, _(why)) for model, why in book.names.without_credits.items() if model not in book.credits
        ],
        evidence=formats.day_range(min(dates), max(dates)) if dates else "",
    )


def build_table(listed: Mapping[str, list[Rate]], amount: Amount, today: datetime.date) -> RateTable:
    rates = sorted(chain.from_iterable(listed.values()), key=lambda rate: rate.model)
    rates.sort(key=lambda rate: rate.effective_from, reverse=True)
    return RateTable(
        current=[show_rate(rate, amount, today) for rate in rates if rate.holds(today)],
        later=[show_rate(rate, amount, today) for rate in rates if rate.effective_from > today],
        earlier=[show_rate(rate, amount, today) for rate in rates if has_ended(rate, today)],
    )


def has_ended(rate: Rate, today: datetime.date) -> bool:
    return rate.effective_until is not None and rate.effective_until <= today


def show_rate(rate: Rate, amount: Amount, today: datetime.date) -> ShownRate:
    is_old = rate.is_old(today)

    def figure(value: Decimal | None, otherwise: str) -> str:
        if is_old:
            return ""
        return _(otherwise) if value is None else amount(value)

    return ShownRate(
        model=rate.model,
        since=formats.day(rate.effective_from),
        until=formats.day(rate.effective_until) if rate.effective_until else "",
        is_old=is_old,
        input=figure(rate.input, UNKNOWN),
        cached_input=figure(rate.cached_input, UNKNOWN),
        cache_write=figure(rate.cache_write, AS_INPUT),
        output=figure(rate.output, UNKNOWN),
        long_context="" if is_old else describe_long_context(rate.long_context),
        evidence=_("Evidence dated %(dates)s, %(source)s.")
        % {"dates": formats.day(rate.evidence_on), "source": rate.source},
        url=rate.url,
        note="" if is_old else rate.remark,
    )


def describe_long_context(tier: LongContext | None) -> str:
    """What a call over the threshold costs more; empty if nothing."""
    if tier is None:
        return ""
    values = {"count": formats.exact(tier.over_input_tokens)}
    if tier.input_multiplier is None or tier.output_multiplier is None:
        return _("costs more over %(count)s input tokens, by how much is not known") % values
    values |= {
        "input": formats.plain_amount(tier.input_multiplier),
        "output": formats.plain_amount(tier.output_multiplier),
    }
    return _("over %(count)s input tokens: input \u00d7 %(input)s, output \u00d7 %(output)s") % values
