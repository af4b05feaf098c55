"""Erasing all usage of an account that stays.

It is stored at once, and from then on older calls are refused; a worker deletes what is there, in one transaction, and
a sweep finds what a lost message left.
"""

from datetime import datetime
from functools import partial

from django.db import connection, transaction

from codextime.accounts.models import User
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import (
    Call,
    Correction,
    Day,
    DayHour,
    FormerReading,
    Slot,
    Source,
    Thread,
    ThreadDay,
    ThreadTotal,
    UsageErasure,
    WaitingCall,
    WaitingReading,
    WithdrawalRecord,
)
from codextime.usage.rebuilding import mark_rebuilt
from codextime.usage.services import SWEEP_AFTER, UserGone, lock_uploads, start_task

ERASE_TASK = "usage.erase"

# What refers to something comes before it. `RebuiltDate` is left: who makes something of the totals reads them anew.
TABLES = [
    *(Call, FormerReading, WaitingReading, WaitingCall, WithdrawalRecord, Correction, Thread),
    *(Slot, Day, DayHour, ThreadDay, ThreadTotal, DirtyDate, Source),
]


@transaction.atomic
def ask_to_erase_usage(*, user: User, now: datetime) -> None:
    """Has everything erased that machines of the user uploaded. Waits for an upload under way. Raises `UserGone`."""
    lock_uploads(user=user)
    UsageErasure.objects.update_or_create(user=user, defaults={"erased_at": now, "is_done": False})
    transaction.on_commit(partial(start_task, ERASE_TASK, user_id=user.pk), robust=True)


@transaction.atomic
def erase_usage(*, user_id: int) -> bool:
    """Does what was asked for; false if there is nothing to do. Uploads and rebuilds of the user are waited for."""
    try:
        lock_uploads(user=User(pk=user_id))
    except UserGone:
        return False
    hold_lock(Lock.TOTALS_OF_USER, user_id)
    if not UsageErasure.objects.filter(user=user_id, is_done=False).exists():
        return False
    utc_dates = set(Day.objects.filter(user=user_id).values_list("utc_on", flat=True))
    mark_rebuilt(user_id=user_id, dates=utc_dates)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE user_id = %s", [user_id])
    UsageErasure.objects.filter(user=user_id).update(is_done=True)
    return True


def find_erased_before(*, user: User) -> datetime | None:
    """Calls of before this instant are not stored any more; `None` for who never erased any."""
    return UsageErasure.objects.filter(user=user).values_list("erased_at", flat=True).first()


def sweep_erasures(*, now: datetime) -> int:
    """Starts the erasures whose message was lost; the number of users."""
    left = UsageErasure.objects.filter(is_done=False, erased_at__lt=now - SWEEP_AFTER)
    user_ids = list(left.values_list("user_id", flat=True))
    for user_id in user_ids:
        start_task(ERASE_TASK, user_id=user_id)
    return len(user_ids)
