"""The rates that this server works with: those of its data file, what its operator knows better, and what a user says
for their own estimates."""

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import msgspec
from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from codextime.accounts.models import User
from codextime.pricing import models
from codextime.pricing.rates import (
    PACKAGED,
    ConfirmedRate,
    OwnRate,
    Rate,
    RateBook,
    RateFile,
    by_model,
    find_listed_name,
)

OPERATORS, OWN_RATE, OWN_CREDIT_PRICE = "0", "1", "2"
Row = tuple[str, str, str | None, datetime.date | None]  # kind, model, JSON, a date
# As text, since every page with figures asks and nearly never is there anything new in it.
ROWS = f"""
SELECT '{OPERATORS}' AS kind, model, rates::text, confirmed_on AS "on" FROM pricing_operatorrates
UNION ALL
SELECT '{OWN_RATE}', model, json_build_object('input', input::text, 'cached_input', cached_input::text,
    'output', output::text, 'typed_on', (typed_at AT TIME ZONE 'UTC')::date)::text, effective_from
FROM pricing_ownrate WHERE user_id = %(user)s
UNION ALL
SELECT '{OWN_CREDIT_PRICE}', '', usd_per_credit::text, (typed_at AT TIME ZONE 'UTC')::date
FROM pricing_owncreditprice WHERE user_id = %(user)s
ORDER BY kind, model, "on"
"""
# Of the users of a query: a text that is another one as soon as they price with something else.
PRICES_MARK = """concat_ws('/',
    (SELECT max(id) FROM pricing_rateevent),
    (SELECT count(*) || ' ' || max(typed_at) FROM pricing_ownrate WHERE user_id = accounts_user.id),
    (SELECT typed_at FROM pricing_owncreditprice WHERE user_id = accounts_user.id))"""


class OwnAmounts(msgspec.Struct, frozen=True):
    """The JSON of an own rate."""

    input: Decimal
    cached_input: Decimal | None
    output: Decimal
    typed_on: datetime.date


def prices_mark() -> RawSQL:
    """For a query of users: another text as soon as what their figures are priced with changes."""
    return RawSQL(PRICES_MARK, [], TextField())  # noqa: S611 - a constant


def get_book(user: User | None = None) -> RateBook:
    """The rates in force, with the user's own ones if a user is given, in one query; the same object for as long as
    nothing changes. What everybody sees is made without a user."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"user": user.pk if user else None})
        found = tuple(cursor.fetchall())
    public = make_book(tuple(row for row in found if row[0] == OPERATORS))
    own = tuple(row for row in found if row[0] != OPERATORS)
    return add_own(public, own) if own else public


@functools.lru_cache(maxsize=2)
def make_book(rows: tuple[Row, ...]) -> RateBook:
    if not rows:
        return PACKAGED
    rates, credits_ = dict(PACKAGED.rates), dict(PACKAGED.credits)
    for _, model, text, confirmed_on in rows:
        if text is not None:
            file = msgspec.json.decode(text, type=RateFile)
            rates |= by_model(file.rates)
            credits_ |= by_model(file.credits)
        if confirmed_on:
            for listed in (rates, credits_):
                if model in listed:
                    listed[model] = [confirmed(rate, confirmed_on) for rate in listed[model]]
    return RateBook(rates, credits_, PACKAGED.names)


def confirmed(rate: Rate, on: datetime.date) -> Rate:
    """A confirmation says nothing about evidence that came after it."""
    if rate.checked_on > on:
        return rate
    return ConfirmedRate(**msgspec.structs.asdict(rate), confirmed_on=on)


@functools.lru_cache(maxsize=256)  # users that look at their pages; most have no rates of their own
def add_own(public: RateBook, rows: tuple[Row, ...]) -> RateBook:
    """The book of one user: own rates hold from their date on, over all that the public book says of their model."""
    own = [read_own_rate(model, text, on) for kind, model, text, on in rows if kind == OWN_RATE and text and on]
    prices = [Decimal(text) for kind, _, text, _ in rows if kind == OWN_CREDIT_PRICE and text]
    rates = dict(public.rates)
    for model, typed in by_model(own).items():
        listed = public.rates.get(find_listed_name(model, public.rates, public), [])
        rates[model] = [*end_before(typed[0].effective_from, listed), *each_until_the_next(typed)]
    return RateBook(rates, public.credits, public.names, prices[0] if prices else None, public)


def read_own_rate(model: str, text: str, on: datetime.date) -> OwnRate:
    amounts = msgspec.json.decode(text, type=OwnAmounts)
    return OwnRate(
        model=model,
        effective_from=on,
        effective_until=None,
        input=plain(amounts.input),
        cached_input=None if amounts.cached_input is None else plain(amounts.cached_input),
        cache_write=None,
        output=plain(amounts.output),
        long_context=None,
        checked_on=amounts.typed_on,
        evidence="typed by a user",
        url="",
    )


def plain(amount: Decimal) -> Decimal:
    """Without the zeros that the column's scale adds."""
    normal = amount.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral_value() else normal


def end_before(on: datetime.date, rates: Iterable[Rate]) -> list[Rate]:
    """What `rates` say of the days before `on`."""
    return [
        rate if rate.effective_until and rate.effective_until <= on else ended(rate, on)
        for rate in rates
        if rate.effective_from < on
    ]


def each_until_the_next(rates: list[Rate]) -> list[Rate]:
    return [ended(rate, rates[n].effective_from) for n, rate in enumerate(rates[:-1], 1)] + rates[-1:]


def ended(rate: Rate, on: datetime.date) -> Rate:
    return msgspec.structs.replace(rate, effective_until=on)


@dataclass(frozen=True, slots=True)
class ListedRate:
    """`unit` is USD or credits; `origin` says whose figures these are."""

    rate: Rate
    unit: str
    origin: str


def list_rates(*, today: datetime.date) -> list[ListedRate]:
    """All rates that hold on the UTC date `today` or later, by model."""
    book = get_book()
    imported = models.OperatorRates.objects.exclude(rates=None).values_list("model", "rates")
    origins = {(model, kind) for model, rates in imported for kind in rates or ()}
    return [
        ListedRate(rate, unit, "imported" if (rate.model, kind) in origins else "shipped")
        for kind, unit, listed in (("rates", "USD", book.rates), ("credits", "credits", book.credits))
        for model in sorted(listed)
        for rate in listed[model]
        if rate.effective_until is None or rate.effective_until > today
    ]


@dataclass(frozen=True, slots=True)
class OwnPrices:
    """What a user typed: rates by model, the newest first, and the price of a credit."""

    rates: list[models.OwnRate]
    credit_price: Decimal | None


def get_own_prices(*, user: User) -> OwnPrices:
    """In two queries, however many there are."""
    rates = list(models.OwnRate.objects.filter(user=user).order_by("model", "-effective_from"))
    price = models.OwnCreditPrice.objects.filter(user=user).values_list("usd_per_credit", flat=True).first()
    return OwnPrices(rates, None if price is None else plain(Decimal(price)))
