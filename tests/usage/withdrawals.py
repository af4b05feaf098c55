"""Calls that were stored and withdrawn."""

from codextime.accounts.models import User
from codextime.usage.models import WithdrawalRecord
from codextime.usage.readings import Withdrawal
from tests.usage.readings import reading, store


def withdrawal(number: int = 1, revision: int = 258, reason: str = "copied_history") -> Withdrawal:
    return Withdrawal(number.to_bytes(16, "big"), revision, reason)


def withdraw_something(user: User, *numbers: int, reason: str = "copied_history") -> WithdrawalRecord:
    """Stores these calls, by default one, and withdraws them."""
    wanted = numbers or (1,)
    revision = 511 if reason == "forgotten" else 258
    store(user, *(reading(number) for number in wanted))
    store(user, withdrawals=[withdrawal(number, revision, reason) for number in wanted])
    return WithdrawalRecord.objects.filter(user=user).latest("pk")
