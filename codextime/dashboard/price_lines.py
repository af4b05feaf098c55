"""The price lines of an estimate, ready to print: for each model and rate, what each class of tokens comes to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.rates_used import describe_rate, per_million
from codextime.lib import formats
from codextime.lib.tokens import LONG_CONTEXT_TOKENS, Tokens
from codextime.pricing.credits import find_credit_rate, find_inferred_rate
from codextime.pricing.lines import CACHED, OUTPUT, UNCACHED, WRITTEN, Part, split
from codextime.pricing.rates import OwnRate, Rate, RateBook, find_rate, why_unpriced

TIMES = "\u00d7"
NO_TOKENS = Tokens()
KINDS = {
    UNCACHED: gettext_noop("Uncached input"),
    WRITTEN: gettext_noop("Cache write"),
    CACHED: gettext_noop("Cached input"),
    OUTPUT: gettext_noop("Output with reasoning"),
}
Print = Callable[[Decimal], str]


def exact_credits(amount: Decimal) -> str:
    """To two decimals, as sums of a period need no more."""
    return formats.written(f"{amount:,.2f}")


@dataclass(frozen=True, slots=True)
class PartLine:
    """One class of tokens; a dash stands for a rate or an amount that is not known."""

    kind: str
    tokens: str
    rate: str
    multiplier: str
    amount: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """Calls of one model at one rate, which is `listed` under this name; without a rate `parts` is empty. `mark` says
    whose rate it is, or how it was made, if it is not simply a listed one; `why` what is not known."""

    model: str
    listed: str
    calls: str
    tokens: str
    length: str
    dates: str
    evidence: str
    url: str
    note: str
    mark: str
    why: str
    parts: list[PartLine]
    amount: str

    @property
    def is_known(self) -> bool:
        """Whether any of its tokens comes to an amount."""
        return self.amount != formats.NONE


@dataclass(slots=True)
class Group:
    """What has one rate; grows as rows come. `is_long_context` where that has a tier of its own."""

    model: str
    on: date
    rate: Rate | None
    mark: str
    is_long_context: bool
    calls: int = 0
    tokens: Tokens = field(default=NO_TOKENS)

    @property
    def place(self) -> tuple[bool, int, bool]:
        """Newest rates first, what has none last."""
        since = self.rate.effective_from if self.rate else self.on
        return self.rate is None, -since.toordinal(), self.is_long_context


def build_usd_lines(rows: Iterable[RatedRow], book: RateBook) -> list[PriceLine]:
    groups = collect(rows, book, find_usd_rate)
    return [build_line(group, book, per_million, formats.exact_usd, why_unpriced) for group in groups]


def build_credit_lines(
    rows: Iterable[RatedRow], book: RateBook, print_amount: Print = exact_credits
) -> list[PriceLine]:
    groups = collect(rows, book, find_any_credit_rate)
    return [build_line(group, book, formats.plain_amount, print_amount, why_no_credits) for group in groups]


def find_usd_rate(model: str, on: date, book: RateBook) -> tuple[Rate | None, str]:
    """With the mark of the line."""
    rate = find_rate(model, on, book)
    return rate, _("your rate") if isinstance(rate, OwnRate) else ""


def find_any_credit_rate(model: str, on: date, book: RateBook) -> tuple[Rate | None, str]:
    listed = find_credit_rate(model, on, book)
    inferred = None if listed else find_inferred_rate(model, on, book)
    return listed or inferred, _("inferred from the API rate, 25 credits a dollar") if inferred else ""


def why_no_credits(model: str, on: date, book: RateBook) -> str:
    known = book.names.without_credits.get(model)
    return _(known) if known else _("The credit card of that day has no rate for it.")


def collect(
    rows: Iterable[RatedRow], book: RateBook, find: Callable[[str, date, RateBook], tuple[Rate | None, str]]
) -> list[Group]:
    """Models with most tokens first."""
    groups: dict[tuple[str, int, bool], Group] = {}
    of_model: dict[str, int] = {}
    for row in rows:
        rate, mark = find(row.model, row.utc_on, book)
        is_long = row.is_long_context and rate is not None and rate.long_context is not None
        group = groups.setdefault((row.model, id(rate), is_long), Group(row.model, row.utc_on, rate, mark, is_long))
        group.on = max(group.on, row.utc_on)
        group.calls += row.sum.calls
        group.tokens += row.sum.tokens
        of_model[row.model] = of_model.get(row.model, 0) + row.sum.tokens.total
    return sorted(groups.values(), key=lambda group: (-of_model[group.model], group.model, group.place))


def build_line(
    group: Group,
    book: RateBook,
    print_rate: Print,
    print_amount: Print,
    explain: Callable[[str, date, RateBook], str],
) -> PriceLine:
    used = describe_rate(group.rate) if group.rate else None
    parts = list(split(group.tokens, group.rate, is_long_context=group.is_long_context))
    known = [part.amount for part in parts if part.amount is not None]
    return PriceLine(
        model=group.model,
        listed=used.model if used else "",
        calls=formats.exact(group.calls),
        tokens=formats.exact(group.tokens.total),
        length=describe_length(group),
        dates=used.dates if used else "",
        evidence=used.evidence if used else "",
        url=used.url if used else "",
        note=used.note if used else "",
        mark=group.mark,
        why="" if len(known) == len(parts) else explain(group.model, group.on, book),
        parts=[build_part(part, print_rate, print_amount) for part in parts] if used else [],
        amount=print_amount(sum(known, start=Decimal(0))) if known else formats.NONE,
    )


def describe_length(group: Group) -> str:
    if not group.is_long_context:
        return ""
    return _("calls that read more than %(count)s tokens") % {"count": formats.exact(LONG_CONTEXT_TOKENS)}


def build_part(part: Part, print_rate: Print, print_amount: Print) -> PartLine:
    multiplier = "" if part.multiplier == 1 else _("not known")
    if part.multiplier not in (1, None):
        multiplier = f"{TIMES}{formats.SPACE}{formats.plain_amount(part.multiplier or Decimal(1))}"
    return PartLine(
        kind=_(KINDS[part.kind]),
        tokens=formats.exact(part.tokens),
        rate=_("not known") if part.rate is None else print_rate(part.rate),
        multiplier=multiplier,
        amount=formats.NONE if part.amount is None else print_amount(part.amount),
    )
