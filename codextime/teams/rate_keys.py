"""The stretches of time in which a model has one rate, as numbers that the database can put rows among.

A key is a number for a model and a UTC date, in this order. Where a row's key lies among the keys that begin a stretch
tells its rate.
"""

import datetime
from collections.abc import Iterator, Mapping

from codextime.pricing.rates import ONE_DAY, RateBook, find_rate

EPOCH = datetime.date(2001, 1, 1)  # before all calls
DAYS = 1_000_000  # more than there are of any model


def key_of(column: str) -> str:
    """In SQL, of a row with a `model_id`."""
    return f"(model_id::bigint * {DAYS} + ({column} - DATE '{EPOCH}'))"


def place_of(column: str) -> str:
    """From 1 on, where the row's model is among those of the parameter `keys`."""
    return f"width_bucket({key_of(column)}, %(keys)s::bigint[])"


def find_stretches(models: Mapping[int, str], book: RateBook) -> list[tuple[int, datetime.date]]:
    """(model, first UTC date) of each stretch, in order, from models' names by id. A stretch without a rate is one."""
    return sorted((model, on) for model, name in models.items() for on in (EPOCH, *find_changes(name, book)))


def find_changes(model: str, book: RateBook) -> Iterator[datetime.date]:
    """The UTC dates on which its rate in USD becomes another, or begins or ends to be known."""
    return (on for on in book.change_dates if find_rate(model, on - ONE_DAY, book) != find_rate(model, on, book))


def find_keys(stretches: list[tuple[int, datetime.date]]) -> list[int]:
    return [model * DAYS + (on - EPOCH).days for model, on in stretches]
