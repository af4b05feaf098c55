"""What an operator does about rates: import newer ones, confirm those that are shown, and take either back."""

import datetime
from collections.abc import Iterable, Sequence

import msgspec
from django.db import transaction

from codextime.accounts.models import User
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.pricing.models import OperatorRates, RateEvent
from codextime.pricing.rates import ONE_DAY, Rate, RateFile, by_model
from codextime.pricing.selectors import end_before, get_book

Action = RateEvent.Action


class RatesUnreadable(Exception):
    """The file does not have the form of the data file; the message says where."""


class LaterRate(Exception):
    """A rate of the model begins on a later day: a file says in which order all of them hold."""


class ModelNotListed(Exception):
    """There is no rate of this model to confirm, or nothing of the operator's to forget."""


def import_rates(*, content: bytes, today: datetime.date, operator: User | None = None) -> list[str]:
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
            note(Action.IMPORT, model, operator)
    return models


def add_rate(*, rate: Rate, is_credits: bool, today: datetime.date, operator: User | None = None) -> None:
    """Has `rate` hold from its first day on, after what holds before; one that begins on the same day goes. Raises
    `RatesUnreadable` and `LaterRate`."""
    with transaction.atomic():
        hold_lock(Lock.OPERATORS_RATES)
        listed = check_new_rate(rate, is_credits=is_credits, today=today)
        rates = [*map(as_listed, end_before(rate.effective_from, listed)), rate]
        import_model(rate.model, [] if is_credits else rates, rates if is_credits else [])
        note(Action.ADD, rate.model, operator)


def check_new_rate(rate: Rate, *, is_credits: bool, today: datetime.date) -> list[Rate]:
    """The rates of the model so far. Raises what `add_rate` raises."""
    refuse_evidence_to_come([rate], today=today)
    book = get_book()
    listed = (book.credits if is_credits else book.rates).get(rate.model, [])
    if any(other.effective_from > rate.effective_from for other in listed):
        raise LaterRate
    return listed


def as_listed(rate: Rate) -> Rate:
    """As a price list has it, without who confirmed it."""
    return Rate(**{name: getattr(rate, name) for name in Rate.__struct_fields__})


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


def confirm_rates(*, models: Sequence[str], today: datetime.date, operator: User | None = None) -> list[Rate]:
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
            note(Action.CONFIRM, model, operator)
    return [rate for model in models for rate in book.rates.get(model, [])]


def forget_rates(*, models: Sequence[str], operator: User | None = None) -> None:
    """Goes back to the rates and the evidence of the data file. Raises `ModelNotListed`, and then nothing changed."""
    with transaction.atomic():
        for model in models:
            row = OperatorRates.objects.select_for_update().filter(model=model).first()
            if row is None:
                raise ModelNotListed(model)
            note(Action.FORGET, model, operator)
            row.delete()


def note(action: Action, model: str, operator: User | None) -> None:
    """The line that stays, with the operator's rates of the model at this moment."""
    rates = OperatorRates.objects.filter(model=model).values_list("rates", flat=True).first()
    RateEvent.objects.create(action=action, model=model, operator=operator, rates=rates)
