"""What pages ask about threads of a user, whatever they show of them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from codextime.accounts.models import User
from codextime.usage.models import Thread
from codextime.usage.thread_names import name_thread


def name_threads(*, user: User, thread_ids: Collection[int]) -> dict[int, str]:
    """Of those of these ids that are the user's threads: what they are called."""
    return name_found(Thread.objects.filter(user=user, pk__in=thread_ids))


def name_all_threads(*, user_id: int) -> dict[int, str]:
    """What all threads of the user are called, by id."""
    return name_found(Thread.objects.filter(user=user_id))


def name_found(threads: QuerySet[Thread]) -> dict[int, str]:
    rows: QuerySet[Thread, tuple[int, UUID, str]] = threads.values_list("pk", "key", "name")
    return {pk: name_thread(key, name) for pk, key, name in rows}
