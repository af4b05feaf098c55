"""What pages ask about threads: of the days from one to another in the user's time zone, both included."""

import datetime
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, QuerySet, Sum

from codextime.accounts.models import User
from codextime.usage.models import Thread, ThreadDay, ThreadTotal
from codextime.usage.thread_names import name_thread

ORDERS = {
    "tokens": F("tokens").desc(),
    "calls": F("all_calls").desc(),
    "duration": (F("end") - F("start")).desc(),
    "latest": F("end").desc(),
}


class ThreadFigures(NamedTuple):
    """What a thread has of some days, without its sub-agents."""

    thread_id: int
    name: str
    calls: int
    tokens: int
    first_at: datetime.datetime
    last_at: datetime.datetime

    @property
    def duration(self) -> datetime.timedelta:
        return self.last_at - self.first_at


def thread_days(*, user: User, first: datetime.date, last: datetime.date) -> QuerySet[ThreadDay]:
    return ThreadDay.objects.filter(user=user, on__range=(first, last))


def count_threads(*, user: User, first: datetime.date, last: datetime.date) -> int:
    """Sub-agents included."""
    number: int = thread_days(user=user, first=first, last=last).aggregate(number=Count("thread", distinct=True))[
        "number"
    ]
    return number


def list_top_threads(
    *, user: User, first: datetime.date, last: datetime.date, by: str = "tokens", limit: int
) -> list[ThreadFigures]:
    """At most `limit` threads with calls in these days, in two queries: those with the most tokens, calls or time from
    first to last call, or the latest ones (a key of `ORDERS`)."""
    sums = (
        thread_days(user=user, first=first, last=last)
        .values("thread_id")
        .annotate(
            all_calls=Sum("calls"),
            tokens=Sum(F("input_tokens") + F("output_tokens")),
            start=Min("first_at"),
            end=Max("last_at"),
        )
        .order_by(ORDERS[by], "thread_id")
    )
    rows = list(sums.values_list("thread_id", "all_calls", "tokens", "start", "end")[:limit])
    names = name_threads(user=user, thread_ids=[thread_id for thread_id, *_ in rows])
    return [
        ThreadFigures(thread_id, names[thread_id], calls, int(tokens), start, end)
        for thread_id, calls, tokens, start, end in rows
        if thread_id in names
    ]


def find_longest_thread(*, user: User) -> ThreadFigures | None:
    """Of all time, the one that took longest from its first call to its last, without its sub-agents."""
    totals = ThreadTotal.objects.filter(user=user).select_related("thread")
    longest = totals.order_by((F("last_at") - F("first_at")).desc(), "thread_id").first()
    if longest is None:
        return None
    name = name_thread(longest.thread.key, longest.thread.name)
    tokens = longest.input_tokens + longest.output_tokens
    return ThreadFigures(longest.thread_id, name, longest.calls, tokens, longest.first_at, longest.last_at)


def name_threads(*, user: User, thread_ids: Collection[int]) -> dict[int, str]:
    """Of those of these ids that are the user's threads: what they are called."""
    rows: QuerySet[Thread, tuple[int, UUID, str]]
    rows = Thread.objects.filter(user=user, pk__in=thread_ids).values_list("pk", "key", "name")
    return {pk: name_thread(key, name) for pk, key, name in rows}
