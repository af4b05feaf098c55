"""The rates that this server works with: those of its data file, and what its operator knows better."""

import datetime
import functools

import msgspec
from django.db.models import TextField
from django.db.models.functions import Cast

from codextime.pricing.models import OperatorRates
from codextime.pricing.rates import PACKAGED, ConfirmedRate, Rate, RateBook, RateFile, by_model

Row = tuple[str, str | None, datetime.date | None]  # model, its rates as JSON, when they were confirmed


def get_book() -> RateBook:
    """The rates in force, in one query; the same object for as long as nothing changes."""
    rows = OperatorRates.objects.order_by("model").annotate(text=Cast("rates", TextField()))
    return make_book(tuple(rows.values_list("model", "text", "confirmed_on")))


@functools.lru_cache(maxsize=2)
def make_book(rows: tuple[Row, ...]) -> RateBook:
    if not rows:
        return PACKAGED
    rates, credits_ = dict(PACKAGED.rates), dict(PACKAGED.credits)
    for model, text, confirmed_on in rows:
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
