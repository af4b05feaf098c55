"""What a user prices their own calls with: rates from a date on, and the price of a Codex credit.

Nothing that is shown is stored in money, so that a new rate needs nothing but a new look at the page.
"""

import datetime
from decimal import Decimal

from django.db import transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_user
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.pricing.models import LONGEST_NAME, OwnCreditPrice, OwnRate
from codextime.pricing.rates import refuse_odd_amounts

MOST_RATES = 200  # a user
EARLIEST = datetime.date(2025, 1, 1)  # no call is older
AHEAD = datetime.timedelta(days=366)


class TooManyRates(Exception):
    """The user has `MOST_RATES` rates."""


class RateGone(LookupError):
    """The user has no such rate."""


class DateTaken(Exception):
    """The user has another rate of this model from this date on."""


class NotARate(ValueError):
    """No name, an odd amount, or a date that no call can have."""


@transaction.atomic
def set_own_rate(
    *,
    user: User,
    model: str,
    effective_from: datetime.date,
    input_usd: Decimal,
    cached_input_usd: Decimal | None,
    output_usd: Decimal,
    now: datetime.datetime,
    rate_id: int | None = None,
) -> OwnRate:
    """USD per 1,000,000 tokens of the user's calls of `model` from the UTC date on, up to the next rate of it.

    Changes the rate `rate_id`; without one adds a rate. Raises `NotARate`, `RateGone`, `DateTaken` and `TooManyRates`.
    """
    refuse_odd(model, effective_from, (input_usd, cached_input_usd, output_usd), now)
    hold_lock(Lock.OWN_RATES_OF_USER, user.pk)
    hold_user(user_id=user.pk)
    own = OwnRate.objects.filter(user=user)
    rate = OwnRate(user=user) if rate_id is None else own.filter(pk=rate_id).first()
    if rate is None:
        raise RateGone
    if own.filter(model=model, effective_from=effective_from).exclude(pk=rate.pk).exists():
        raise DateTaken
    if rate_id is None and own.count() >= MOST_RATES:
        raise TooManyRates
    rate.model, rate.effective_from, rate.typed_at = model, effective_from, now
    rate.input, rate.cached_input, rate.output = input_usd, cached_input_usd, output_usd
    rate.save()
    return rate


def refuse_odd(
    model: str, effective_from: datetime.date, amounts: tuple[Decimal | None, ...], now: datetime.datetime
) -> None:
    """Any name that an upload can bring has a rate, also that of somebody's own model."""
    if not model or len(model) > LONGEST_NAME or not model.isprintable():
        raise NotARate("the name is not that of a model")
    if not EARLIEST <= effective_from <= now.date() + AHEAD:
        raise NotARate("no call has such a date")
    try:
        refuse_odd_amounts(*amounts)
    except ValueError as error:
        raise NotARate(str(error)) from error


def remove_own_rate(*, user: User, rate_id: int) -> OwnRate:
    """What the public rates say of its days holds again, or the user's rate before it. Raises `RateGone`."""
    rate = OwnRate.objects.filter(user=user, pk=rate_id).first()
    if rate is None or not OwnRate.objects.filter(user=user, pk=rate_id).delete()[0]:
        raise RateGone
    return rate


@transaction.atomic
def set_own_credit_price(*, user: User, usd_per_credit: Decimal | None, now: datetime.datetime) -> None:
    """What one Codex credit costs the user; `None` takes it away. Raises `NotARate`."""
    refuse_odd("credit", now.date(), (usd_per_credit,), now)
    hold_user(user_id=user.pk)
    if usd_per_credit is None:
        OwnCreditPrice.objects.filter(user=user).delete()
        return
    OwnCreditPrice.objects.update_or_create(user=user, defaults={"usd_per_credit": usd_per_credit, "typed_at": now})
