"""One call, in words that are ready to print. Each fact says how it is known: exact (logged), derived or estimated."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from codextime.dashboard.calls.call_words import (
    advice_words,
    diagnosis_words,
    severity_words,
    token_words,
)
from codextime.dashboard.calls.diagnosis import COMPACTION, Facts, advise, cached_share, diagnose
from codextime.dashboard.calls.page import is_unpriced
from codextime.dashboard.corrections import Line as CorrectionLine
from codextime.dashboard.corrections import build_line as build_correction
from codextime.dashboard.corrections import describe_counter
from codextime.dashboard.price_lines import PriceLine, build_credit_lines, build_usd_lines
from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.sums import Sum
from codextime.dashboard.thresholds import Thresholds
from codextime.lib import formats
from codextime.lib.tokens import LONG_CONTEXT_TOKENS, Tokens
from codextime.pricing.estimates import Estimate, estimate, total
from codextime.pricing.rates import RateBook, find_rate
from codextime.usage.models import EXACT_REVISION, TOKEN_FIELDS, Call, Correction


@dataclass(frozen=True, slots=True)
class CallReading:
    """A call with what stands around it. `thread_name` is empty without a thread; `thread_tokens` are all of it."""

    call: Call
    label: str
    thread_name: str
    thread_tokens: int | None
    previous: Call | None
    following: Call | None
    corrections: Sequence[Correction]
    book: RateBook
    thresholds: Thresholds
    is_grouping: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """`evidence` is exact, derived or estimated; `title` says more of the value."""

    name: str
    value: str
    evidence: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    before: str
    now: str
    change: str


@dataclass(frozen=True, slots=True)
class Advice:
    name: str
    why: str
    severity: str
    severity_name: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """`at` and all that is made of the figures is missing from a call that was withdrawn for good. `usd` and `credits`
    are what it comes to, each in its parts."""

    call_id: str
    at: datetime.datetime | None
    withdrawn_at: datetime.datetime | None
    model: str
    label: str
    thread_name: str
    thread_link: str
    figures: list[Fact]
    logged: list[Fact]
    derived: list[Fact]
    usd: PriceLine | None
    credits: PriceLine | None
    diagnosis: Fact | None
    rule: str
    advice: list[Advice]
    differences: list[Difference]
    pause: str
    previous: str
    following: str
    corrections: list[CorrectionLine]
    is_grouping: bool

    @property
    def credits_evidence(self) -> str:
        """An amount that is inferred from the rate in dollars may turn out otherwise."""
        return "estimated" if self.credits and self.credits.mark else "derived"


def build_call(reading: CallReading) -> CallPage:
    call, rows = reading.call, rated_rows(reading.call)
    tokens = tokens_of(call)
    previous = tokens_of(reading.previous) if reading.previous else None
    parent = call.thread.parent_key if call.thread else None
    facts = Facts(
        tokens, price(rows, reading.book), find_window(rows, reading.book), reading.thread_tokens, parent is not None
    )
    kind = diagnose(tokens, previous)
    name, rule = diagnosis_words()[kind]
    return CallPage(
        call_id=call.call_id.hex,
        at=call.at,
        withdrawn_at=call.withdrawn_at,
        model=call.model.name if call.model else "",
        label=reading.label,
        thread_name=reading.thread_name,
        thread_link=f"/threads/{call.thread_id}" if reading.thread_name else "",
        figures=list_figures(facts, evidence_of(call)),
        logged=list_logged(call, tokens),
        derived=list_derived(facts),
        usd=next(iter(build_usd_lines(rows, reading.book)), None),
        credits=next(iter(build_credit_lines(rows, reading.book, formats.exact_amount)), None),
        diagnosis=Fact(_("Cache"), name, "estimated" if kind == COMPACTION else "derived") if call.at else None,
        rule=rule,
        advice=list_advice(facts, reading.thresholds) if call.at else [],
        differences=list_differences(tokens, previous) if previous else [],
        pause=describe_pause(call, reading.previous),
        previous=link_to(reading.previous),
        following=link_to(reading.following),
        corrections=[build_correction(line) for line in reading.corrections],
        is_grouping=reading.is_grouping,
    )


def tokens_of(call: Call) -> Tokens:
    return Tokens(*(getattr(call, field) for field in TOKEN_FIELDS))


def rated_rows(call: Call) -> list[RatedRow]:
    """The call as the one row of its price lines; none where its figures are gone."""
    if not call.at or not call.model:
        return []
    tokens, utc_on = tokens_of(call), call.at.astimezone(datetime.UTC).date()
    return [RatedRow((), call.model.name, Sum(1, tokens), utc_on, tokens.input_tokens > LONG_CONTEXT_TOKENS)]


def price(rows: Iterable[RatedRow], book: RateBook) -> Estimate:
    return total(
        estimate(row.model, row.utc_on, row.sum.tokens, is_long_context=row.is_long_context, book=book) for row in rows
    )


def find_window(rows: Iterable[RatedRow], book: RateBook) -> int | None:
    """How many tokens the model's context holds, if the rate of the day says so."""
    rates = (find_rate(row.model, row.utc_on, book) for row in rows)
    return next((rate.context_window for rate in rates if rate), None)


def evidence_of(call: Call) -> str:
    """How its counts are known."""
    return "exact" if call.revision >= EXACT_REVISION else "estimated"


def list_figures(facts: Facts, evidence: str) -> list[Fact]:
    """The row at the top."""
    tokens, share = facts.tokens, facts.context_share
    window = _("of %(number)s tokens") % {"number": formats.compact(facts.context_window or 0)}
    unknown = _("No context window is listed for this model.")
    return [
        Fact(_("Tokens"), formats.compact(tokens.total), evidence, formats.exact(tokens.total)),
        Fact(_("Input"), formats.compact(tokens.input_tokens), evidence, formats.exact(tokens.input_tokens)),
        Fact(_("Cached"), formats.percent(cached_share(tokens)), "derived"),
        Fact(_("Output"), formats.compact(tokens.output_tokens), evidence, formats.exact(tokens.output_tokens)),
        Fact(
            _("Context used"),
            _("unknown") if share is None else formats.percent(share),
            "derived",
            unknown if share is None else window,
        ),
        Fact(_("Estimate"), describe_estimate(facts.estimate), "derived", formats.exact_usd(facts.estimate.usd)),
    ]


def describe_estimate(priced: Estimate) -> str:
    return _("unpriced") if is_unpriced(priced) else formats.usd(priced.usd)


def list_logged(call: Call, tokens: Tokens) -> list[Fact]:
    evidence = evidence_of(call)
    words = token_words()
    facts = [Fact(words[field], formats.exact(getattr(tokens, field)), evidence) for field in TOKEN_FIELDS]
    return [*facts, Fact(_("Counter"), describe_counter(call.revision), evidence)]


def list_derived(facts: Facts) -> list[Fact]:
    tokens = facts.tokens
    reasoning = tokens.reasoning_output_tokens / tokens.output_tokens if tokens.output_tokens else 0.0
    long_context = _("Long context (more than %(count)s tokens read)") % {"count": formats.exact(LONG_CONTEXT_TOKENS)}
    values = {
        _("Tokens (input and output)"): formats.exact(tokens.total),
        _("Uncached input"): formats.exact(tokens.uncached_input_tokens),
        _("Cached share of the input"): formats.percent(cached_share(tokens)),
        _("Visible output"): formats.exact(tokens.visible_output_tokens),
        _("Reasoning share of the output"): formats.percent(reasoning),
        long_context: _("yes") if tokens.input_tokens > LONG_CONTEXT_TOKENS else _("no"),
    }
    return [Fact(name, value, "derived") for name, value in values.items()]


def list_advice(facts: Facts, limits: Thresholds) -> list[Advice]:
    words, severities = advice_words(limits), severity_words()
    return [Advice(*words[kind], severity, severities[severity]) for kind, severity in advise(facts, limits)]


def list_differences(tokens: Tokens, previous: Tokens) -> list[Difference]:
    counts = {
        _("Input"): (previous.input_tokens, tokens.input_tokens),
        _("Cached input"): (previous.cached_input_tokens, tokens.cached_input_tokens),
        _("Uncached input"): (previous.uncached_input_tokens, tokens.uncached_input_tokens),
        _("Output"): (previous.output_tokens, tokens.output_tokens),
        _("Reasoning"): (previous.reasoning_output_tokens, tokens.reasoning_output_tokens),
    }
    shares = (cached_share(previous), cached_share(tokens))
    return [
        *(
            Difference(name, formats.exact(before), formats.exact(now), signed(now - before))
            for name, (before, now) in counts.items()
        ),
        Difference(
            _("Cached share"),
            formats.percent(shares[0]),
            formats.percent(shares[1]),
            formats.signed((shares[1] - shares[0]) * 100, _(" points")),
        ),
    ]


def signed(number: int) -> str:
    return ("+" if number > 0 else "") + formats.exact(number) if number else "±0"


def describe_pause(call: Call, previous: Call | None) -> str:
    """The time between the calls."""
    if previous is None or not call.at or not previous.at:
        return ""
    return formats.duration(call.at - previous.at)


def link_to(call: Call | None) -> str:
    return reverse("call", args=[call.call_id.hex]) if call else ""
