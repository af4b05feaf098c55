"""Storing calls, and rebuilding what is made of them."""

import datetime
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from codextime.accounts.models import User, validate_time_zone
from codextime.accounts.services import hold_user
from codextime.devices.models import Device
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.usage import checking, lowering, rebuilding, recording, storing, thread_totals, threads, withdrawing
from codextime.usage.adding import Adding
from codextime.usage.checking import Difference
from codextime.usage.mark_models import DirtyDate, RebuiltDate
from codextime.usage.models import Call, Day, ModelName, Source, Thread, WithdrawalRecord
from codextime.usage.readings import NAME_HIDDEN, NO_THREAD, CallReading, Withdrawal

Reading = TypeVar("Reading", CallReading, Withdrawal)

logger = logging.getLogger(__name__)

REBUILD_TASK = "usage.rebuild_user"
DATES_PER_TRANSACTION = 31
MODELS_PER_USER = 300  # OpenAI has named fewer; without an end, one client could fill the table with inventions
OTHER_MODEL = "custom"
SOURCES_PER_USER = 200
OTHER_SOURCES, OTHER_SOURCES_LABEL = UUID(int=0), "Other machines"
SWEEP_AFTER = datetime.timedelta(seconds=5)  # younger marks have a task of their own under way


class UserGone(LookupError):
    """The user was deleted while their upload was on its way."""


@dataclass(frozen=True)
class StoredCounts:
    """What became of the calls and withdrawals of one upload, as numbers of calls."""

    added: int
    replaced: int
    already_there: int
    withdrawn: int
    waiting: int = 0  # for the owner, before they are withdrawn
    replacements_waiting: int = 0  # for the owner, as they would leave fewer tokens; these calls are already there


@transaction.atomic
def store_calls(
    *,
    user: User,
    device: Device | None,
    source_key: UUID,
    label: str | None,
    calls: Collection[CallReading],
    withdrawals: Collection[Withdrawal] = (),
    now: datetime.datetime,
) -> StoredCounts:
    """Adds calls, replaces those of a lower revision, withdraws, and has the totals rebuilt after the commit.

    Of several readings of one call the one with the highest revision counts, whatever their order. Withdrawals come
    last, and win over a reading of the same revision. `label` None leaves the source's label as it is. What readings
    say of threads is kept only while the user groups calls by session, and changes no count. Raises `UserGone`.
    """
    lock_uploads(user=user)
    source = put_source(user=user, device=device, key=source_key, label=label, now=now)
    best = highest_revisions(calls)
    thread_ids = threads.find_thread_ids(best, user=user, now=now)
    model_ids = get_model_ids({call.model for call in best}, user=user)
    upload = Adding(user.pk, source.pk, model_ids, thread_ids, now)
    stored = upload.add(best)
    added = len(best) - len(stored)
    changing = [best[position] for position, call in stored.items() if call.may_change(best[position], model_ids)]
    replaced, replacements_waiting = 0, 0
    if changing:
        storing.copy_to_staging(changing, model_ids)
        replaced, replacements_waiting = replace_stored(changing, user=user, device=device, source=source, now=now)
    has_moved = False
    if thread_ids and stored:
        there = [best[position] for position in stored]
        has_moved = storing.set_threads(threads.group_by_thread(there, thread_ids), user_id=user.pk, now=now)
    proven_wrong = highest_revisions(withdrawals)
    withdrawn, waiting = 0, 0
    if proven_wrong:
        withdrawn, waiting = withdraw(proven_wrong, user=user, device=device, source=source, now=now)
    if proven_wrong or any(call.thread == NO_THREAD for call in best):
        threads.delete_unused(user=user)
    if added or replaced or withdrawn or has_moved:
        transaction.on_commit(partial(start_rebuild, user_id=user.pk), robust=True)
    already_there = len(calls) - added - replaced
    return StoredCounts(added, replaced, already_there, withdrawn, waiting, replacements_waiting)


def replace_stored(
    calls: Iterable[CallReading], *, user: User, device: Device | None, source: Source, now: datetime.datetime
) -> tuple[int, int]:
    """Replaces what is staged with a higher revision. What leaves fewer tokens goes on record, with what the calls said
    before, or waits for the owner if it is much. The numbers of calls that were replaced, and that wait."""
    custom_id = find_model_ids({OTHER_MODEL}).get(OTHER_MODEL)
    if custom_id is not None and any(call.reason == NAME_HIDDEN for call in calls):
        storing.hide_staged_names(user_id=user.pk, custom_id=custom_id)
    storing.improve_withdrawn(user_id=user.pk)
    found = lowering.sum_up(user_id=user.pk, custom_id=custom_id)
    waiting = 0
    if found.sums:
        state = recording.find_state(found.sums, user=user, now=now)
        records = recording.record_withdrawals(
            found.sums, state=state, user=user, device=device, source=source, is_replacement=True, now=now
        )
        is_waiting = state == WithdrawalRecord.State.WAITING
        (lowering.put_on_waiting_list if is_waiting else lowering.keep_former)(records=records, user_id=user.pk)
    if found.has_lower:
        waiting = lowering.drop_unheard(user_id=user.pk)
    if not found.is_any:
        return 0, 0
    return storing.replace_by_staged(user_id=user.pk, source_id=source.pk, custom_id=custom_id, now=now), waiting


def withdraw(
    withdrawals: Sequence[Withdrawal], *, user: User, device: Device | None, source: Source, now: datetime.datetime
) -> tuple[int, int]:
    """Withdraws, on record, what its owner has not kept, or has it wait for the owner if it is much; the numbers of
    calls that no longer count, and that wait."""
    sums = withdrawing.sum_up(withdrawals, user_id=user.pk)
    state = recording.find_state(sums, user=user, now=now)
    records = recording.record_withdrawals(sums, state=state, user=user, device=device, source=source, now=now)
    if state == WithdrawalRecord.State.WAITING:
        withdrawing.put_on_waiting_list(withdrawals, records=records, user_id=user.pk)
    withdrawn = withdrawing.withdraw(withdrawals, records=records, user_id=user.pk, now=now)
    return withdrawn, withdrawing.count_waiting(withdrawals, user_id=user.pk)


def lock_uploads(*, user: User) -> None:
    """Until the transaction ends, nobody else stores calls of the user, and the user is not deleted.

    One upload of a user after the other: they can neither deadlock nor see half of each other. Raises `UserGone`.
    """
    hold_lock(Lock.UPLOADS_OF_USER, user.pk)
    if not hold_user(user_id=user.pk):
        raise UserGone


def put_source(*, user: User, device: Device | None, key: UUID, label: str | None, now: datetime.datetime) -> Source:
    """The user's source with this key, made if it is new, with its label and device brought up to date, and out of the
    archive. Call it under `lock_uploads`.

    Each machine that does not keep the tracker's data folder makes a source with every run; from `SOURCES_PER_USER` on
    their calls share one, as nothing that was used is refused.
    """
    source = Source.objects.filter(user=user, key=key).first()
    if source is None:
        if Source.objects.filter(user=user).count() >= SOURCES_PER_USER:
            other = {"label": OTHER_SOURCES_LABEL, "created_at": now}
            return Source.objects.get_or_create(user=user, key=OTHER_SOURCES, defaults=other)[0]
        return Source.objects.create(user=user, key=key, label=label or "", device=device, created_at=now)
    wanted = (source.label if label is None else label, device.pk if device else None, None)
    if (source.label, source.device_id, source.archived_at) != wanted:
        source.label, source.device_id, source.archived_at = wanted
        source.save(update_fields=["label", "device", "archived_at"])
    return source


def rename_source(*, source: Source, label: str) -> None:
    source.label = label
    source.save(update_fields=["label"])


def archive_source(*, source: Source, now: datetime.datetime) -> None:
    """Puts a home that is out of use aside. Its calls and its label stay."""
    source.archived_at = now
    source.save(update_fields=["archived_at"])


def bring_source_back(*, source: Source) -> None:
    source.archived_at = None
    source.save(update_fields=["archived_at"])


def get_model_ids(names: set[str], *, user: User) -> dict[str, int]:
    """The id of each model name; new names are stored, in one order for all, so that two uploads cannot deadlock.

    A user may bring `MODELS_PER_USER` names into the table that all share. What goes beyond counts as `custom`.
    """
    ids = find_model_ids(names)
    if missing := sorted(names - ids.keys()):
        room = max(
            MODELS_PER_USER - Call.objects.filter(user=user).exclude(model=None).values("model").distinct().count(), 0
        )
        add_model_names(missing[:room] if len(missing) <= room else [*missing[:room], OTHER_MODEL])
        known = find_model_ids({*names, OTHER_MODEL})
        ids = {name: known[name if name in known else OTHER_MODEL] for name in names}
    return ids


def find_model_ids(names: set[str]) -> dict[str, int]:
    return dict(ModelName.objects.filter(name__in=names).values_list("name", "pk"))


def add_model_names(names: Iterable[str]) -> None:
    ModelName.objects.bulk_create([ModelName(name=name) for name in sorted(names)], ignore_conflicts=True)


def highest_revisions(readings: Iterable[Reading]) -> list[Reading]:
    """One reading of each call: the highest revision, and of equal ones the first."""
    best: dict[bytes, Reading] = {}
    for reading in readings:
        other = best.setdefault(reading.call_id, reading)
        if other.revision < reading.revision:
            best[reading.call_id] = reading
    return list(best.values())


def start_rebuild(*, user_id: int) -> None:
    start_task(REBUILD_TASK, user_id=user_id)


def start_task(name: str, *, user_id: int) -> None:
    """Asks a worker. A broker that is down costs nothing, a silent one a few seconds (settings); neither fails
    anything: the sweeps come."""
    try:
        current_app.send_task(name, args=[user_id], retry=False)
    except OperationalError:
        logger.warning("The broker does not answer; a sweep will start %s for user %s.", name, user_id)


def rebuild_dirty_dates(*, user_id: int) -> int:
    """Rebuilds slots and days of the user's dirty dates from the calls, newest first; the number of dates.

    Twice at once or beside uploads comes to the same (see `DirtyDate`): rebuilds of one user wait for each other.
    """
    number = 0
    while dates := rebuild_some_dates(user_id=user_id):
        number += len(dates)
    return number


@transaction.atomic
def rebuild_some_dates(*, user_id: int) -> list[datetime.date]:
    hold_lock(Lock.TOTALS_OF_USER, user_id)
    if not hold_user(user_id=user_id):
        return []
    dates = rebuilding.take_marks(user_id=user_id, limit=DATES_PER_TRANSACTION)
    if dates:
        zone = User.objects.only("time_zone").get(pk=user_id).zone
        rebuilding.rebuild_slots(user_id=user_id, dates=dates)
        rebuilding.rebuild_days(user_id=user_id, dates=dates, zone=zone)
        thread_totals.rebuild_threads(user_id=user_id, dates=dates, zone=zone)
        rebuilding.mark_rebuilt(user_id=user_id, dates=dates)
    return dates


def mark_all_dates(*, user: User, reader: RebuiltDate.Reader) -> None:
    """Has every date of the user read anew by `reader`. Waits for a rebuild under way, and the user is not erased
    before the transaction ends. Raises `UserGone`."""
    hold_lock(Lock.TOTALS_OF_USER, user.pk)
    if not hold_user(user_id=user.pk):
        raise UserGone
    rebuilding.mark_all_rebuilt(user_id=user.pk, reader=reader)


def mark_date(*, user_id: int, on: datetime.date, reader: RebuiltDate.Reader) -> None:
    """Has one date read anew by `reader`."""
    rebuilding.mark_rebuilt(user_id=user_id, dates=[on], readers=[reader])


def take_rebuilt_dates(*, reader: RebuiltDate.Reader, users: int) -> set[tuple[int, datetime.date]]:
    """(user id, UTC date) of the totals that were made anew and that `reader` has not read yet, of at most so many
    users; forgets them, so call it where they are read, in one transaction. The users are not erased before it ends."""
    return rebuilding.take_rebuilt(reader=reader, users=users)


@transaction.atomic
def change_time_zone(*, user: User, name: str) -> None:
    """Sets the IANA zone in which the user sees days, and rebuilds the days. `ValidationError` if there is none."""
    validate_time_zone(name)
    hold_lock(Lock.TOTALS_OF_USER, user.pk)
    user.time_zone, user.has_chosen_time_zone = name, True
    user.save(update_fields=["time_zone", "has_chosen_time_zone"])
    dates = list(Day.objects.filter(user=user).values_list("utc_on", flat=True).distinct())
    rebuilding.rebuild_days(user_id=user.pk, dates=dates, zone=user.zone)
    thread_totals.rebuild_threads(user_id=user.pk, dates=dates, zone=user.zone)


@transaction.atomic
def stop_session_grouping(*, user: User) -> None:
    """Takes every call of the user out of its thread and deletes the threads; uploads leave them out from now on.
    Raises `UserGone`."""
    lock_uploads(user=user)
    hold_lock(Lock.TOTALS_OF_USER, user.pk)
    User.objects.filter(pk=user.pk).update(session_grouping_since=None)
    storing.clear_threads(user_id=user.pk)
    thread_totals.delete_all(user_id=user.pk)
    Thread.objects.filter(user=user).delete()


@transaction.atomic
def check_totals(*, user_id: int) -> list[Difference]:
    """Where the user's totals are not what their calls add up to; dates that wait for a rebuild aside. Rebuilds of the
    user wait meanwhile, uploads do not."""
    hold_lock(Lock.TOTALS_OF_USER, user_id)
    user = User.objects.only("time_zone").filter(pk=user_id).first()
    return checking.find_differences(user_id=user_id, zone=user.zone) if user else []


def fix_totals(*, user_id: int, differences: Collection[Difference], now: datetime.datetime) -> None:
    """Makes the totals of these dates anew, and what is made of them."""
    dates = {difference.utc_on for difference in differences}
    with transaction.atomic():
        hold_lock(Lock.TOTALS_OF_USER, user_id)
        if not hold_user(user_id=user_id):
            return
        checking.delete_days(user_id=user_id, dates=dates)
        thread_totals.rebuild_totals(user_id=user_id)
        DirtyDate.objects.bulk_create(DirtyDate(user_id=user_id, on=on, marked_at=now) for on in dates)
    rebuild_dirty_dates(user_id=user_id)


def check_sample(*, users: int) -> int:
    """Checks the totals of so many users, whoever they are, and logs what is wrong; the number of differences."""
    number = 0
    for user_id in User.objects.order_by("?").values_list("pk", flat=True)[:users]:
        for difference in check_totals(user_id=user_id):
            logger.error("Totals of user %s are wrong: %s. Run check-totals.", user_id, difference)
            number += 1
    return number


def sweep(*, now: datetime.datetime) -> int:
    """Starts the rebuilds whose message was lost; the number of users."""
    waiting = DirtyDate.objects.filter(marked_at__lt=now - SWEEP_AFTER).values_list("user_id", flat=True).distinct()
    user_ids = list(waiting)
    for user_id in user_ids:
        start_rebuild(user_id=user_id)
    return len(user_ids)
