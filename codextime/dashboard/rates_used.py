"""Where an estimate comes from: the rates it used, how well they are known, and what has none."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard.charts.shares import by_tokens
from codextime.dashboard.sums import Sum
from codextime.lib import formats
from codextime.pricing.estimates import Estimate
from codextime.pricing.rates import OwnRate, Rate

CENT = Decimal("0.01")
MOST_UNPRICED = 3  # models, before the others are folded away


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
    changed since; `links` are (official page, model). What has no rate is in `unpriced`, most tokens first; of
    many the last are in `unpriced_further`, and `further` says how many they are."""

    value: str
    exact: str
    share: str
    evidence: str
    caution: str
    links: list[tuple[str, str]]
    rates: list[UsedRate]
    unpriced: list[Unpriced]
    unpriced_further: list[Unpriced]
    further: str


def build_rates_used(whole: Estimate, models: Mapping[str, Sum], *, today: datetime.date) -> RatesUsed:
    rates = sorted(whole.rates, key=lambda rate: (rate.model, rate.effective_from))
    unpriced = [
        describe_unpriced(model, models[model].estimate)
        for model in by_tokens(models)
        if models[model].estimate.unpriced_tokens
    ]
    shown = MOST_UNPRICED if len(unpriced) > MOST_UNPRICED + 1 else len(unpriced)
    return RatesUsed(
        value=formats.usd(whole.usd) if whole.is_priced or not whole.tokens else formats.NONE,
        exact=formats.exact_usd(whole.usd),
        share=describe_share(whole),
        evidence=describe_evidence(rates),
        caution=describe_old([rate.model for rate in rates if rate.holds(today) and rate.is_old(today)]),
        links=[(rate.url, model) for model, rate in {rate.model: rate for rate in rates if rate.url}.items()],
        rates=[describe_rate(rate) for rate in rates],
        unpriced=unpriced[:shown],
        unpriced_further=unpriced[shown:],
        further=describe_further(len(unpriced) - shown),
    )


def describe_further(count: int) -> str:
    return ngettext("%(count)s\u00a0more model", "%(count)s\u00a0more models", count) % {"count": formats.exact(count)}


def describe_share(whole: Estimate) -> str:
    has_own = any(isinstance(rate, OwnRate) for rate in whole.rates)
    if not whole.unpriced_tokens:
        return _("All of these tokens have a rate.") if has_own else _("All of these tokens have a public rate.")
    if not whole.is_priced:
        return _("None of these tokens has a public rate, so there is no estimate.")
    text = (
        _("%(share)s of these tokens have a rate.") if has_own else _("%(share)s of these tokens have a public rate.")
    )
    return text % {"share": formats.percent(whole.priced_share)}


def describe_evidence(rates: list[Rate]) -> str:
    if not rates:
        return ""
    public = [rate for rate in rates if not isinstance(rate, OwnRate)]
    own = describe_own(len(rates) - len(public))
    if not public:
        return own
    dates = [rate.evidence_on for rate in public]
    first, last = min(dates), max(dates)
    when = formats.day(last) if first == last else formats.day_range(first, last)
    sources = _(", or ").join(sorted({rate.source for rate in public}))
    evidence = _("Evidence dated %(dates)s, %(source)s.") % {"dates": when, "source": sources}
    return f"{evidence} {own}".rstrip()


def describe_own(count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)s\u00a0rate is yours.", "%(count)s\u00a0rates are yours.", count)
    return text % {"count": formats.exact(count)}


def describe_old(models: Sequence[str]) -> str:
    """A model may stand in it twice, with an old rate and an older one."""
    if not models:
        return ""
    text = _("More than 90 days old is that of %(models)s: a rate may have changed since.")
    return text % {"models": ", ".join(dict.fromkeys(models))}


def describe_rate(rate: Rate) -> UsedRate:
    return UsedRate(
        model=rate.model,
        dates=describe_dates(rate),
        input=per_million(rate.input),
        cached_input=_("unknown") if rate.cached_input is None else per_million(rate.cached_input),
        output=per_million(rate.output),
        evidence=describe_source(rate),
        url=rate.url,
        note=rate.remark,
    )


def describe_dates(rate: Rate) -> str:
    since = formats.day(rate.effective_from)
    if not rate.effective_until:
        return _("from %(since)s") % {"since": since}
    return _("from %(since)s until %(until)s") % {"since": since, "until": formats.day(rate.effective_until)}


def describe_source(rate: Rate) -> str:
    on = formats.day(rate.evidence_on)
    if isinstance(rate, OwnRate):
        return _("Your rate, typed on %(day)s") % {"day": on}
    return _("Evidence dated %(dates)s, %(source)s") % {"dates": on, "source": rate.source}


def per_million(amount: Decimal) -> str:
    """With the digits that the rate has, and at least two decimals."""
    shown = max(amount.quantize(CENT), amount, key=lambda shown: -int(shown.as_tuple().exponent))
    return f"${formats.written(str(shown))}"


def describe_unpriced(model: str, estimate: Estimate) -> Unpriced:
    """With how many of the model's tokens that is, unless that is all of them."""
    count, whole = estimate.unpriced_tokens, estimate.tokens
    tokens = formats.compact(count)
    if count < whole:
        tokens = _("%(count)s of %(all)s") % {"count": tokens, "all": formats.compact(whole)}
    return Unpriced(model, tokens, formats.exact(count), " ".join(sorted(estimate.gaps)))
