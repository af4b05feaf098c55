"""The dated rates, and which of them holds for a model on a day."""

import datetime
import functools
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from codextime.lib import formats

ONE_DAY = datetime.timedelta(days=1)
DATE_SUFFIX = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class LongContext:
    """Calls that read more than `over_input_tokens` cost more; a multiplier that is `None` is not known."""

    over_input_tokens: int
    input_multiplier: Decimal | None
    output_multiplier: Decimal | None


@dataclass(frozen=True, slots=True, eq=False)  # one object a row of the file, so identity is equality, and quick
class Rate:
    """USD per 1,000,000 tokens from `effective_from` up to, not including, `effective_until` (UTC dates)."""

    model: str
    effective_from: datetime.date
    effective_until: datetime.date | None
    input: Decimal
    cached_input: Decimal | None  # None: not known
    cache_write: Decimal | None  # None: writing to the cache costs what input costs
    output: Decimal
    long_context: LongContext | None
    checked_on: datetime.date
    evidence: str
    url: str
    note: str = ""

    def holds(self, on: datetime.date) -> bool:
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)


def read_rate(row: dict[str, Any]) -> Rate:
    money = ("input", "cached_input", "cache_write", "output")
    dates = ("effective_from", "effective_until", "checked_on")
    long_context = row["long_context"]
    return Rate(
        **row
        | {name: read_decimal(row[name]) for name in money}
        | {name: row[name] and datetime.date.fromisoformat(row[name]) for name in dates}
        | {"long_context": long_context and read_long_context(long_context)}
    )


def read_long_context(row: dict[str, Any]) -> LongContext:
    return LongContext(
        row["over_input_tokens"], read_decimal(row["input_multiplier"]), read_decimal(row["output_multiplier"])
    )


def read_decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


DATA: dict[str, Any] = json.loads(resources.files(__package__).joinpath("data/rates.json").read_text("utf-8"))
RATES: dict[str, list[Rate]] = {}
for data_row in DATA["rates"]:
    RATES.setdefault(data_row["model"], []).append(read_rate(data_row))

# Between two of these dates, no rate of any model changes.
CHANGE_DATES = sorted(
    {
        on
        for rates in RATES.values()
        for rate in rates
        for on in (rate.effective_from, rate.effective_until)
        if on is not None
    }
)


@functools.lru_cache(maxsize=8192)  # a page asks for some models on each day of a year
def find_rate(model: str, on: datetime.date) -> Rate | None:
    """The rate of `model` on the UTC date `on`, or `None`.

    A name is taken as it is, then without its date suffix, then as a listed alias; never by a part of it.
    """
    listed = find_listed_name(model)
    return next((rate for rate in RATES.get(listed, ()) if rate.holds(on)), None)


def find_listed_name(model: str) -> str:
    plain = DATE_SUFFIX.sub("", model)
    if model in RATES:
        return model
    return plain if plain in RATES else DATA["aliases"].get(plain, plain)


@functools.lru_cache(maxsize=8192)
def why_unpriced(model: str, on: datetime.date) -> str:
    """One sentence for the user: what is not known about the rate of `model` on the UTC date `on`."""
    listed = find_listed_name(model)
    if listed not in RATES:
        reason: str = DATA["unpriced"].get(listed, "No public rate is listed.")
        return reason
    rate = find_rate(model, on)
    if rate is None:
        return describe_gap(RATES[listed], on)
    if rate.cached_input is None:
        end = f" before {formats.day(rate.effective_until)}" if rate.effective_until else ""
        return f"No public rate for cached input{end}."
    return "No public rate for calls with a long context."


def describe_gap(rates: list[Rate], on: datetime.date) -> str:
    """From when to when a model has no rate, around a day on which it has none."""
    ended = max(
        (rate.effective_until for rate in rates if rate.effective_until and rate.effective_until <= on), default=None
    )
    starts = min((rate.effective_from for rate in rates if on < rate.effective_from), default=None)
    if ended and starts:
        return f"No public rate from {formats.day(ended)} to {formats.day(starts - ONE_DAY)}."
    if ended:
        return f"No public rate from {formats.day(ended)} on."
    return f"No public rate before {formats.day(starts)}." if starts else "No public rate is listed."
