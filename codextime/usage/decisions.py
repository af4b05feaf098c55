"""What an owner decides about withdrawals, and what time decides.

What is decided is stored at once. Its calls follow some thousands at a time, each time in a transaction under the lock
on the uploads of the user: a worker that dies in between is followed by another, which finds what is left.
"""

import datetime
from functools import partial
from types import ModuleType

from django.db import transaction
from django.db.models import Q

from codextime.accounts.models import User
from codextime.usage import lowering, storing, threads, withdrawing
from codextime.usage.models import WithdrawalRecord
from codextime.usage.recording import UNDO_WITHIN, add_to
from codextime.usage.services import SWEEP_AFTER, UserGone, lock_uploads, start_rebuild, start_task

CARRY_OUT_TASK = "usage.carry_out"
CALLS_PER_TRANSACTION = 10_000

State = WithdrawalRecord.State

UNDER_WAY = (State.APPROVED, State.DECLINING, State.UNDOING)


class DecidedOtherwise(Exception):
    """The owner has already decided the other way."""


class UndoTooLate(Exception):
    """What the withdrawn calls said is not known any more, or not for long enough to bring it back."""


@transaction.atomic
def approve_withdrawal(*, record: WithdrawalRecord, now: datetime.datetime) -> None:
    """Has calls that wait withdrawn; once more changes nothing. Raises `DecidedOtherwise` and `UserGone`."""
    lock_uploads(user=record.user)
    record.refresh_from_db()
    if record.state == State.WAITING:
        record.is_approved = True
        record.calls = record.tokens = 0  # counted anew: a better reading may have come for some
        decide(record, State.APPROVED, now=now)
    elif not record.is_approved:
        raise DecidedOtherwise


@transaction.atomic
def decline_withdrawal(*, record: WithdrawalRecord, now: datetime.datetime) -> None:
    """Keeps calls that wait; once more changes nothing. Raises `DecidedOtherwise` and `UserGone`."""
    lock_uploads(user=record.user)
    record.refresh_from_db()
    if record.state == State.WAITING:
        decide(record, State.DECLINING, now=now)
    elif record.state not in (State.DECLINING, State.DECLINED):
        raise DecidedOtherwise


@transaction.atomic
def undo_withdrawal(*, record: WithdrawalRecord, now: datetime.datetime) -> None:
    """Has the calls of a record brought back as they were; once more changes nothing. Raises `UndoTooLate` and
    `UserGone`."""
    lock_uploads(user=record.user)
    record.refresh_from_db()
    if record.state in (State.UNDOING, State.UNDONE):
        return
    if not can_be_undone(record, now=now):
        raise UndoTooLate
    decide(record, State.UNDOING, now=now)


def can_be_undone(record: WithdrawalRecord, *, now: datetime.datetime) -> bool:
    return record.state == State.WITHDRAWN and now < undo_until(record)


def undo_until(record: WithdrawalRecord) -> datetime.datetime:
    return record.changed_at + UNDO_WITHIN


def decide(record: WithdrawalRecord, state: WithdrawalRecord.State, *, now: datetime.datetime) -> None:
    record.state, record.changed_at = state, now
    record.save()
    transaction.on_commit(partial(start_task, CARRY_OUT_TASK, user_id=record.user_id), robust=True)


def carry_out(*, user_id: int, now: datetime.datetime) -> int:
    """Does what the owner decided and what is not done yet; the number of calls that changed. Twice at once comes to
    the same."""
    changed = 0
    steps = {State.APPROVED: withdraw_some, State.DECLINING: keep_some, State.UNDOING: bring_some_back}
    for record in WithdrawalRecord.objects.filter(user=user_id, state__in=UNDER_WAY).order_by("pk"):
        step = steps[State(record.state)]
        while some := step(record=record, now=now):
            changed += some
    if changed:
        start_rebuild(user_id=user_id)
    return changed


@transaction.atomic
def withdraw_some(*, record: WithdrawalRecord, now: datetime.datetime) -> int:
    if not is_still(record, State.APPROVED):
        return 0
    record.refresh_from_db()
    some = replace_waiting(record=record, now=now) if record.is_replacement else take_waiting(record=record, now=now)
    if some < CALLS_PER_TRANSACTION:
        end(record, State.WITHDRAWN)
    return some


def take_waiting(*, record: WithdrawalRecord, now: datetime.datetime) -> int:
    whose = {"user_id": record.user_id, "record_id": record.pk}
    some = withdrawing.take_off_waiting_list(**whose, reason=record.reason, limit=CALLS_PER_TRANSACTION)
    if some:
        add_to(record, withdrawing.sum_up(some, user_id=record.user_id).values())
        record.save()
        withdrawing.withdraw(some, records={record.reason: record.pk}, user_id=record.user_id, now=now)
    return len(some)


def replace_waiting(*, record: WithdrawalRecord, now: datetime.datetime) -> int:
    whose = {"user_id": record.user_id, "record_id": record.pk}
    some = lowering.stage_waiting(**whose, reason=record.reason, limit=CALLS_PER_TRANSACTION)
    if some:
        add_to(record, lowering.sum_up(user_id=record.user_id, custom_id=None).sums.values())
        record.save()
        lowering.keep_former(records={record.reason: record.pk}, user_id=record.user_id)
        lowering.drop_unheard(user_id=record.user_id)
        storing.replace_by_staged(user_id=record.user_id, source_id=record.source_id, custom_id=None, now=now)
    return some


@transaction.atomic
def keep_some(*, record: WithdrawalRecord, now: datetime.datetime) -> int:
    if not is_still(record, State.DECLINING):
        return 0
    limit = CALLS_PER_TRANSACTION
    some: int = way_of(record).keep(user_id=record.user_id, record_id=record.pk, reason=record.reason, limit=limit)
    if some < limit:
        end(record, State.DECLINED)
    return some


@transaction.atomic
def bring_some_back(*, record: WithdrawalRecord, now: datetime.datetime) -> int:
    if not is_still(record, State.UNDOING):
        return 0
    limit = CALLS_PER_TRANSACTION
    some: int = way_of(record).bring_back(
        user_id=record.user_id, record_id=record.pk, reason=record.reason, limit=limit, now=now
    )
    if some < limit:
        end(record, State.UNDONE)
    return some


def forget_withdrawn(*, now: datetime.datetime) -> int:
    """Forgets for good what calls said that were withdrawn too long ago to be brought back; the number of calls."""
    due = Q(state=State.WITHDRAWN, changed_at__lte=now - UNDO_WITHIN) | Q(state=State.FORGETTING)
    forgotten = 0
    for record in WithdrawalRecord.objects.filter(due).order_by("changed_at"):
        close(record=record)
        while some := forget_some(record=record):
            forgotten += some
    return forgotten


@transaction.atomic
def close(*, record: WithdrawalRecord) -> None:
    """From here on the record cannot be undone, so that nobody brings back a part."""
    if is_still(record, State.WITHDRAWN):
        end(record, State.FORGETTING)


@transaction.atomic
def forget_some(*, record: WithdrawalRecord) -> int:
    if not is_still(record, State.FORGETTING):
        return 0
    limit = CALLS_PER_TRANSACTION
    some: int = way_of(record).forget(user_id=record.user_id, record_id=record.pk, reason=record.reason, limit=limit)
    if some < limit:
        end(record, State.FINAL)
        threads.delete_unused(user=record.user)
    return some


def way_of(record: WithdrawalRecord) -> ModuleType:
    """The SQL for what the record is about: calls that were withdrawn, or replaced by less."""
    return lowering if record.is_replacement else withdrawing


def is_still(record: WithdrawalRecord, state: WithdrawalRecord.State) -> bool:
    """Whether nobody came first, the user's erasure included; from here on nobody does."""
    try:
        lock_uploads(user=User(pk=record.user_id))
    except UserGone:
        return False
    return WithdrawalRecord.objects.filter(pk=record.pk, state=state).exists()


def end(record: WithdrawalRecord, state: WithdrawalRecord.State) -> None:
    record.state = state
    record.save(update_fields=["state"])


def sweep_decisions(*, now: datetime.datetime) -> int:
    """Starts the decisions whose message was lost; the number of users."""
    left = WithdrawalRecord.objects.filter(state__in=UNDER_WAY, changed_at__lt=now - SWEEP_AFTER)
    user_ids = list(left.values_list("user_id", flat=True).distinct())
    for user_id in user_ids:
        start_task(CARRY_OUT_TASK, user_id=user_id)
    return len(user_ids)
