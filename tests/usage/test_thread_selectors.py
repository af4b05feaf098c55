"""What pages ask about threads comes from days in the owner's zone, and is nobody else's."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.models import Thread
from codextime.usage.services import change_time_zone, rebuild_dirty_dates
from codextime.usage.thread_names import name_thread
from codextime.usage.thread_selectors import count_threads, find_longest_thread, list_top_threads
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
ALL = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


@pytest.fixture
def grouping(owner: User, stranger: User) -> User:
    """Thread 1 with a call each hour from 23:30 UTC on, thread 2 with one large call a day later."""
    for user in (owner, stranger):
        start_session_grouping(user=user, now=NOW)
        first = [reading(n, at=NIGHT + timedelta(hours=n), thread=f"{1:032x}") for n in range(3)]
        large = reading(9, at=NIGHT + timedelta(days=1), input_tokens=90_000, thread=f"{2:032x}")
        store(user, *first, large)
        rebuild_dirty_dates(user_id=user.pk)
    Thread.objects.filter(user=owner, key=UUID(int=2)).update(name="The large one")
    return owner


def names(user: User, by: str, **days: date) -> list[str]:
    return [thread.name for thread in list_top_threads(user=user, by=by, limit=5, **days)]


def test_threads_are_put_in_order_by_what_is_asked(grouping: User) -> None:
    opaque = name_thread(UUID(int=1), "")

    assert names(grouping, "tokens", **ALL) == names(grouping, "latest", **ALL) == ["The large one", opaque]
    assert names(grouping, "calls", **ALL) == names(grouping, "duration", **ALL) == [opaque, "The large one"]


def test_only_what_lies_in_the_days_counts_and_days_are_those_of_the_zone(grouping: User) -> None:
    day = {"first": NIGHT.date(), "last": NIGHT.date()}
    assert [thread.calls for thread in list_top_threads(user=grouping, limit=5, **day)] == [1]

    change_time_zone(user=grouping, name="Europe/Berlin")

    assert count_threads(user=grouping, **day) == 0
    assert count_threads(user=grouping, **ALL) == 2


def test_the_longest_thread_is_the_one_that_took_longest(grouping: User) -> None:
    longest = find_longest_thread(user=grouping)

    assert longest is not None
    assert (longest.calls, longest.duration) == (3, timedelta(hours=2))


def test_who_has_no_threads_gets_none(grouping: User, owner: User) -> None:
    nobody = User.objects.create_user("new@example.org")

    assert (count_threads(user=nobody, **ALL), find_longest_thread(user=nobody)) == (0, None)
    assert list_top_threads(user=nobody, limit=5, **ALL) == []


def test_one_thread_and_many_take_two_queries(grouping: User) -> None:
    for limit in (1, 25):
        with CaptureQueriesContext(connection) as queries:
            list_top_threads(user=grouping, limit=limit, **ALL)
        assert len(queries) == 2


def test_a_name_made_of_a_key_stays_and_tells_nothing_of_it() -> None:
    key = UUID("0fd3a1c2b4e5968778695a4b3c2d1e0f")

    assert name_thread(key, "") == name_thread(key, "") != name_thread(UUID(int=key.int + 1), "")
    assert name_thread(key, "").isprintable()
    assert name_thread(key, "mine") == "mine"
