"""The dated rates, and which of them holds for a model on a day."""

import datetime
import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from typing import Annotated, Literal

import msgspec
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from msgspec import Meta, Struct

from codextime.lib import formats
from codextime.lib.tokens import LONG_CONTEXT_TOKENS

ONE_DAY = datetime.timedelta(days=1)
DATE_SUFFIX = re.compile(r"-\d{4}-\d{2}-\d{2}$")
OLD_AFTER = datetime.timedelta(days=90)  # a rate may have changed since evidence that is older
OFFICIAL_PAGE = r"^https://([a-z]+\.)?(openai|chatgpt)\.com/[!-~]*\Z"
HIGHEST_AMOUNT, MOST_DECIMALS = (
    Decimal(1_000_000),
    9,
)  # a slip of the pen beyond them would break every page with figures

ModelName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}\Z")]
SOURCES = {
    "official page copy": gettext_noop("from a copy of the official page"),
    "several independent third parties": gettext_noop("from third-party tables"),
    "typed by a user": gettext_noop("typed by you"),
}


def refuse_odd_amounts(*amounts: Decimal | None) -> None:
    """Raises `ValueError` for what no price list says. `None` is not known."""
    if not all(amount is None or is_plain(amount) for amount in amounts):
        raise ValueError(
            f"an amount is not a number, below zero, above {HIGHEST_AMOUNT:,}, or has over {MOST_DECIMALS} decimals"
        )


def is_plain(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount <= HIGHEST_AMOUNT and -int(amount.as_tuple().exponent) <= MOST_DECIMALS


class LongContext(Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that read more than `over_input_tokens` cost more; a multiplier that is `None` is not known.

    Totals tell calls apart at one threshold, so that a rate cannot have another."""

    over_input_tokens: Annotated[int, Meta(ge=LONG_CONTEXT_TOKENS, le=LONG_CONTEXT_TOKENS)]
    input_multiplier: Decimal | None
    output_multiplier: Decimal | None

    def __post_init__(self) -> None:
        refuse_odd_amounts(self.input_multiplier, self.output_multiplier)


# One object a row of the file, so identity is equality, and quick.
class Rate(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """USD or credits per 1,000,000 tokens from `effective_from` up to, not including, `effective_until` (UTC dates)."""

    model: ModelName
    effective_from: datetime.date
    effective_until: datetime.date | None
    input: Decimal
    cached_input: Decimal | None  # None: not known
    cache_write: Decimal | None  # None: writing to the cache costs what input costs
    output: Decimal
    long_context: LongContext | None
    checked_on: datetime.date
    evidence: Literal["official page copy", "several independent third parties", "typed by a user"]
    url: Annotated[str, Meta(pattern=OFFICIAL_PAGE)]
    note: str = ""
    context_window: Annotated[int, Meta(gt=0)] | None = None  # in tokens; None: not known

    def __post_init__(self) -> None:
        refuse_odd_amounts(*self.amounts)
        if self.effective_until and self.effective_until <= self.effective_from:
            raise ValueError("effective_until is not after effective_from")

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        return self.input, self.cached_input, self.cache_write, self.output

    @property
    def evidence_on(self) -> datetime.date:
        return self.checked_on

    @property
    def is_official(self) -> bool:
        """Whether the evidence is the official page, not third parties that agree with each other."""
        return self.evidence == "official page copy"

    @property
    def source(self) -> str:
        """Where the evidence is from, as the end of "evidence dated …, "."""
        return _(SOURCES[self.evidence])

    @property
    def remark(self) -> str:
        """The note as people read it. Sentences of the data files are translated where a catalogue has them."""
        return _(self.note) if self.note else ""

    def holds(self, on: datetime.date) -> bool:
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)

    def is_old(self, today: datetime.date) -> bool:
        """Whether its evidence is so old that it may have changed since."""
        return today - self.evidence_on > OLD_AFTER


class ConfirmedRate(Rate, frozen=True, eq=False, kw_only=True):
    """A rate that the operator of this server compared with the official page."""

    confirmed_on: datetime.date

    @property
    def evidence_on(self) -> datetime.date:
        return self.confirmed_on

    @property
    def is_official(self) -> bool:
        return True

    @property
    def source(self) -> str:
        return _("confirmed by this server's operator")


class OwnRate(Rate, frozen=True, eq=False):
    """A rate that somebody typed for their own estimates, on `checked_on`. It has no page to look at, and does not get
    old."""

    def is_old(self, today: datetime.date) -> bool:
        return False


class RateFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The form of the data file, and of what operators import."""

    rates: list[Rate] = []
    credits: list[Rate] = []
    about: str = ""

    def __post_init__(self) -> None:
        for name, rates in (("rates", self.rates), ("credits", self.credits)):
            refuse_overlap(name, by_model(rates))
            refuse_typed(rates)


class Names(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of models beside their rates: other names, and why some have no rate."""

    aliases: dict[str, str]
    unpriced: dict[str, str]
    without_credits: dict[str, str]


def by_model(rates: Iterable[Rate]) -> dict[str, list[Rate]]:
    listed: dict[str, list[Rate]] = {}
    for rate in rates:
        listed.setdefault(rate.model, []).append(rate)
    return listed


def refuse_overlap(name: str, listed: Mapping[str, list[Rate]]) -> None:
    """Raises `ValueError` unless the rates of each model stand in order and never two hold on one day."""
    for model, rates in listed.items():
        for earlier, later in itertools.pairwise(rates):
            if earlier.effective_until is None or later.effective_from < earlier.effective_until:
                raise ValueError(f"two {name} of {model} hold on {later.effective_from}, or are out of order")


def refuse_typed(rates: Iterable[Rate]) -> None:
    """Raises `ValueError` for evidence that a price list cannot have."""
    for rate in rates:
        if rate.evidence == "typed by a user":
            raise ValueError(f"evidence of {rate.model} has to be a page")


@dataclass(frozen=True, eq=False)
class RateBook:
    """All that is known at one moment. A book never changes; another one takes its place.

    A user's book has their own rates among `rates`, `usd_per_credit` if they said so, and behind it the `public` book.
    """

    rates: Mapping[str, list[Rate]]
    credits: Mapping[str, list[Rate]]
    names: Names
    usd_per_credit: Decimal | None = None
    public: "RateBook | None" = None
    change_dates: list[datetime.date] = field(init=False)  # between two of them, no rate and no credits change

    def __post_init__(self) -> None:
        rates = itertools.chain.from_iterable((*self.rates.values(), *self.credits.values()))
        dates = {on for rate in rates for on in (rate.effective_from, rate.effective_until) if on}
        object.__setattr__(self, "change_dates", sorted(dates))


def read_packaged() -> RateBook:
    data = resources.files(__package__).joinpath("data")
    file = msgspec.json.decode(data.joinpath("rates.json").read_bytes(), type=RateFile)
    names = msgspec.json.decode(data.joinpath("names.json").read_bytes(), type=Names)
    return RateBook(by_model(file.rates), by_model(file.credits), names)


PACKAGED = read_packaged()
RATES = PACKAGED.rates


@functools.lru_cache(maxsize=8192)  # a page asks for some models on each day of a year
def find_rate(model: str, on: datetime.date, book: RateBook = PACKAGED) -> Rate | None:
    """The rate of `model` on the UTC date `on`, or `None`.

    A name is taken as it is, then without its date suffix, then as a listed alias; never by a part of it.
    """
    listed = find_listed_name(model, book.rates, book)
    return next((rate for rate in book.rates.get(listed, ()) if rate.holds(on)), None)


def find_listed_name(model: str, rates: Mapping[str, list[Rate]], book: RateBook) -> str:
    """The name under which `rates`, USD or credits of the book, may list the model."""
    plain = DATE_SUFFIX.sub("", model)
    if model in rates:
        return model
    return plain if plain in rates else book.names.aliases.get(plain, plain)


def why_unpriced(model: str, on: datetime.date, book: RateBook = PACKAGED) -> str:
    """One sentence for the user: what is not known about the rate of `model` on the UTC date `on`."""
    return say_why_unpriced(model, on, book, get_language())


@functools.lru_cache(maxsize=8192)
def say_why_unpriced(model: str, on: datetime.date, book: RateBook, language: str) -> str:
    """`language` is the one that it is said in, which is asked for by `gettext`: a name for what is kept."""
    listed = find_listed_name(model, book.rates, book)
    if listed not in book.rates:
        known = book.names.unpriced.get(listed)
        return _(known) if known else _("No public rate is listed.")
    rate = find_rate(model, on, book)
    if rate is None:
        return why_unpriced(model, on, book.public) if book.public else describe_gap(book.rates[listed], on)
    if isinstance(rate, OwnRate):
        return _("Your rate says nothing of cached input.")
    if rate.cached_input is None:
        if not rate.effective_until:
            return _("No public rate for cached input.")
        return _("No public rate for cached input before %(day)s.") % {"day": formats.day(rate.effective_until)}
    return _("No public rate for calls with a long context.")


def describe_gap(rates: list[Rate], on: datetime.date) -> str:
    """From when to when a model has no rate, around a day on which it has none."""
    ended = max(
        (rate.effective_until for rate in rates if rate.effective_until and rate.effective_until <= on), default=None
    )
    starts = min((rate.effective_from for rate in rates if on < rate.effective_from), default=None)
    if ended and starts:
        dates = formats.span(formats.day(ended), formats.day(starts - ONE_DAY))
        return _("No public rate from %(dates)s.") % {"dates": dates}
    if ended:
        return _("No public rate from %(day)s on.") % {"day": formats.day(ended)}
    return (
        _("No public rate before %(day)s.") % {"day": formats.day(starts)} if starts else _("No public rate is listed.")
    )
