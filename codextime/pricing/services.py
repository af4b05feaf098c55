"""What an operator does about rates: import newer ones, confirm those that are shown, and take either back."""

import datetime
from collections.abc import Iterable, Sequence

import msgspec
from django.db import transaction

from codextime.pricing.models import OperatorRates
from codextime.pricing.rates import ONE_DAY, Rate, RateFile, by_model
from codextime.pricing.selectors import get_book


class RatesUnreadable(Exception):
    """The file does not have the form of the data file; the message says where."""


class ModelNotListed(Exception):
    """There is no rate of this model to confirm, or nothing of the operator's to forget."""


def import_rates(*, content: bytes, today: datetime.date) -> list[str]:
    """Takes the rates of a file in the place of all earlier ones of its models; returns these models.

    Rates and credits of a model are imported apart: a file without credits leaves them as they are. Raises
    `RatesUnreadable`, and then nothing was imported.
    """
    try:
        file = msgspec.json.decode(content, type=RateFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RatesUnreadable(str(error)) from error
    rates, credits_ = by_model(file.rates), by_model(file.credits)
    models = sorted(rates.keys() | credits_.keys())
    if not models:
        raise RatesUnreadable("it holds no rates")
    refuse_evidence_to_come((*file.rates, *file.credits), today=today)
    with transaction.atomic():
        for model in models:
            import_model(model, rates.get(model, []), credits_.get(model, []))
    return models


def refuse_evidence_to_come(rates: Iterable[Rate], *, today: datetime.date) -> None:
    """It would never get old. `today` is a UTC date; the operator's may be the next one."""
    for rate in rates:
        if rate.checked_on > today + ONE_DAY:
            raise RatesUnreadable(f"checked_on of {rate.model} is {rate.checked_on}, which is still to come")


def import_model(model: str, rates: Iterable[Rate], credits_: Iterable[Rate]) -> None:
    """What was confirmed was something else, so a confirmation goes."""
    row, _ = OperatorRates.objects.select_for_update().get_or_create(model=model)
    kept = row.rates or {}
    new = {"rates": msgspec.to_builtins(rates), "credits": msgspec.to_builtins(credits_)}
    row.rates = kept | {name: rows for name, rows in new.items() if rows}
    row.confirmed_on = None
    row.save()


def confirm_rates(*, models: Sequence[str], today: datetime.date) -> list[Rate]:
    """Notes that the operator compared all rates of `models` with the official pages; returns those in USD.

    Raises `ModelNotListed`, and then nothing was confirmed.
    """
    book = get_book()
    for model in models:
        if model not in book.rates and model not in book.credits:
            raise ModelNotListed(model)
    with transaction.atomic():
        for model in models:
            OperatorRates.objects.update_or_create(model=model, defaults={"confirmed_on": today})
    return [rate for model in models for rate in book.rates.get(model, [])]


def forget_rates(*, models: Sequence[str]) -> None:
    """Goes back to the rates and the evidence of the data file. Raises `ModelNotListed`, and then nothing changed."""
    with transaction.atomic():
        for model in models:
            if not OperatorRates.objects.filter(model=model).delete()[0]:
                raise ModelNotListed(model)
