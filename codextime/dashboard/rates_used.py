"""Where an estimate comes from: the rates it used, how well they are known, and what has none."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from codextime.dashboard.charts.shares import by_tokens
from codextime.dashboard.sums import Sum
from codextime.lib import formats
from codextime.pricing.estimates import Estimate
from codextime.pricing.rates import OwnRate, Rate

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class UsedRate:
    model: str
    dates: str
    input: str
    cached_input: str
    output: str
    evidence: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Unpriced:
    model: str
    tokens: str
    exact: str
    why: str


@dataclass(frozen=True, slots=True)
class RatesUsed:
    """`share` says how much has a rate, `evidence` the dates and sources of all rates, `caution` which of them may have
    changed since; `links` are (official page, model)."""

    value: str
    exact: str
    share: str
    evidence: str
    caution: str
    links: list[tuple[str, str]]
    rates: list[UsedRate]
    unpriced: list[Unpriced]


def build_rates_used(whole: Estimate, models: Mapping[str, Sum], *, today: datetime.date) -> RatesUsed:
    rates = sorted(whole.rates, key=lambda rate: (rate.model, rate.effective_from))
    unpriced = [model for model in by_tokens(models) if models[model].estimate.unpriced_tokens]
    return RatesUsed(
        value=formats.usd(whole.usd) if whole.is_priced or not whole.tokens else formats.NONE,
        exact=formats.exact_usd(whole.usd),
        share=describe_share(whole),
        evidence=describe_evidence(rates),
        caution=describe_old([rate.model for rate in rates if rate.holds(today) and rate.is_old(today)]),
        links=[(rate.url, model) for model, rate in {rate.model: rate for rate in rates if rate.url}.items()],
        rates=[describe_rate(rate) for rate in rates],
        unpriced=[describe_unpriced(model, models[model].estimate) for model in unpriced],
    )


def describe_share(whole: Estimate) -> str:
    kind = "rate" if any(isinstance(rate, OwnRate) for rate in whole.rates) else "public rate"
    if not whole.unpriced_tokens:
        return f"All of these tokens have a {kind}."
    if not whole.is_priced:
        return "None of these tokens has a public rate, so there is no estimate."
    return f"{formats.percent(whole.priced_share)} of these tokens have a {kind}."


def describe_evidence(rates: list[Rate]) -> str:
    if not rates:
        return ""
    public = [rate for rate in rates if not isinstance(rate, OwnRate)]
    own = formats.plural(len(rates) - len(public), "rate is yours", "rates are yours") + "." if rates != public else ""
    if not public:
        return own
    dates = [rate.evidence_on for rate in public]
    first, last = min(dates), max(dates)
    when = formats.day(last) if first == last else formats.day_range(first, last)
    return f"Evidence dated {when}, {', or '.join(sorted({rate.source for rate in public}))}. {own}".rstrip()


def describe_old(models: Sequence[str]) -> str:
    """A model may stand in it twice, with an old rate and an older one."""
    if not models:
        return ""
    return f"More than 90 days old is that of {', '.join(dict.fromkeys(models))}: a rate may have changed since."


def describe_rate(rate: Rate) -> UsedRate:
    until = f" until {formats.day(rate.effective_until)}" if rate.effective_until else ""
    return UsedRate(
        model=rate.model,
        dates=f"from {formats.day(rate.effective_from)}{until}",
        input=per_million(rate.input),
        cached_input="unknown" if rate.cached_input is None else per_million(rate.cached_input),
        output=per_million(rate.output),
        evidence=describe_source(rate),
        url=rate.url,
        note=rate.note,
    )


def describe_source(rate: Rate) -> str:
    if isinstance(rate, OwnRate):
        return f"Your rate, typed on {formats.day(rate.evidence_on)}"
    return f"Evidence dated {formats.day(rate.evidence_on)}, {rate.source}"


def per_million(amount: Decimal) -> str:
    """With the digits that the rate has, and at least two decimals."""
    return f"${max(amount.quantize(CENT), amount, key=lambda shown: -int(shown.as_tuple().exponent))}"


def describe_unpriced(model: str, estimate: Estimate) -> Unpriced:
    """With how many of the model's tokens that is, unless that is all of them."""
    count, whole = estimate.unpriced_tokens, estimate.tokens
    of_all = f" of {formats.compact(whole)}" if count < whole else ""
    return Unpriced(model, formats.compact(count) + of_all, formats.exact(count), " ".join(sorted(estimate.gaps)))
