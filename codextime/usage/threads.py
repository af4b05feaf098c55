"""Which thread a call belongs to: kept only for users who group their calls by session."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from codextime.accounts.models import User
from codextime.usage import storing
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Thread, ThreadTotal
from codextime.usage.readings import NO_THREAD, CallReading


def find_thread_ids(readings: Collection[CallReading], *, user: User, now: datetime.datetime) -> dict[str, int] | None:
    """The id of each thread that the readings name, new ones stored; `None` if they name none or the user groups no
    calls by session: then what they say is kept nowhere. Call it under `lock_uploads`."""
    said = {reading.thread: reading.parent_thread for reading in readings if reading.thread is not None}
    if not said or not is_grouping(user):
        return None
    parents = {UUID(key): UUID(parent) if parent else None for key, parent in said.items() if key != NO_THREAD}
    put_threads(parents, user=user, now=now)
    stored = Thread.objects.filter(user=user, key__in=parents).values_list("key", "pk")
    return {NO_THREAD: storing.NO_THREAD_ID, **{key.hex: thread_id for key, thread_id in stored}}


def group_by_thread(readings: Collection[CallReading], thread_ids: Mapping[str, int]) -> dict[int, list[UUID]]:
    """The ids of the calls by those of the threads that they name."""
    calls: dict[int, list[UUID]] = {}
    for reading in readings:
        if reading.thread is not None:
            calls.setdefault(thread_ids[reading.thread], []).append(UUID(bytes=reading.call_id))
    return calls


def is_grouping(user: User) -> bool:
    """As it is now: `user` was read before the lock."""
    return User.objects.filter(pk=user.pk, session_grouping_since__isnull=False).exists()


def rename_thread(*, thread: Thread, name: str) -> None:
    """An empty name gives the thread back the one that is made of its key."""
    thread.name = name
    thread.save(update_fields=["name"])


def delete_unused(*, user: User) -> None:
    """Deletes the threads that no call belongs to any more."""
    if Thread.objects.filter(user=user).exists():  # else the calls need not be read
        storing.delete_unused_threads(user_id=user.pk)


def put_threads(parents: dict[UUID, UUID | None], *, user: User, now: datetime.datetime) -> None:
    known = {thread.key: thread for thread in Thread.objects.filter(user=user, key__in=parents)}
    Thread.objects.bulk_create(
        Thread(user=user, key=key, parent_key=parent) for key, parent in parents.items() if key not in known
    )
    grown = [thread for key, thread in known.items() if thread.parent_key is None and parents[key] is not None]
    for thread in grown:
        thread.parent_key = parents[thread.key]
    Thread.objects.bulk_update(grown, ["parent_key"])
    mark_last_dates(grown, user=user, now=now)


def mark_last_dates(threads: Sequence[Thread], *, user: User, now: datetime.datetime) -> None:
    """Has the trees that these threads stand in made anew."""
    last_at = ThreadTotal.objects.filter(user=user, thread__in=threads).values_list("last_at", flat=True)
    dates = {at.astimezone(datetime.UTC).date() for at in last_at}
    DirtyDate.objects.bulk_create(DirtyDate(user=user, on=on, marked_at=now) for on in dates)
