"""Totals of threads follow the calls, whatever is done to these, and cost nothing for who does not group them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage import decisions
from codextime.usage.erasing import ask_to_erase_usage, erase_usage
from codextime.usage.models import Thread, ThreadDay, ThreadTotal
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import change_time_zone, rebuild_dirty_dates, stop_session_grouping
from tests.usage.readings import (
    NOW,
    assert_totals_are_exact,
    in_threads,
    marked_dates,
    moments_around,
    reading,
    some_readings,
    store,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 10, 25)


@pytest.fixture
def grouping(owner: User) -> User:
    start_session_grouping(user=owner, now=NOW)
    return owner


def of(number: int, thread: int | None, parent: int | None = None, **changes: object) -> CallReading:
    key = "" if thread is None else f"{thread:032x}"
    return reading(number, thread=key, parent_thread=parent and f"{parent:032x}", **changes)


def rebuild(user: User) -> None:
    rebuild_dirty_dates(user_id=user.pk)


def roots(user: User) -> dict[int, int]:
    """Of each thread with calls, the one at the top of its tree, by the numbers in their keys."""
    rows = ThreadTotal.objects.filter(user=user).values_list("thread__key", "root__key")
    return {key.int: root.int for key, root in rows}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/Havana"])
def test_days_of_threads_are_the_sums_of_their_calls(grouping: User, zone: str) -> None:
    change_time_zone(user=grouping, name=zone)
    store(grouping, *in_threads(some_readings(moments_around(ON)), 7))

    rebuild(grouping)

    assert_totals_are_exact(grouping)
    assert ThreadTotal.objects.count() == 7


def test_another_zone_cuts_the_days_of_threads_elsewhere(grouping: User) -> None:
    store(grouping, *in_threads(some_readings(moments_around(ON)), 2))
    rebuild(grouping)

    change_time_zone(user=grouping, name="Pacific/Kiritimati")

    assert_totals_are_exact(grouping)


def test_a_thread_that_calls_are_given_later_has_them_after_the_next_rebuild(grouping: User) -> None:
    store(grouping, reading(1), reading(2))
    rebuild(grouping)

    store(grouping, of(1, 5), reading(2))

    assert marked_dates(grouping) == [reading(1).at.date()]
    rebuild(grouping)
    assert_totals_are_exact(grouping)
    assert ThreadTotal.objects.get().calls == 1


def test_calls_that_are_taken_out_of_a_thread_leave_its_totals(grouping: User) -> None:
    store(grouping, of(1, 5), of(2, 5), of(3, 6))
    rebuild(grouping)

    store(grouping, of(1, None), of(3, None))
    rebuild(grouping)

    assert_totals_are_exact(grouping)
    assert ThreadTotal.objects.get().calls == 1


def test_saying_the_same_of_threads_again_makes_no_total_anew(grouping: User) -> None:
    store(grouping, of(1, 5))
    rebuild(grouping)

    store(grouping, of(1, 5))

    assert marked_dates(grouping) == []


def test_withdrawn_calls_leave_their_thread_and_come_back_to_it(grouping: User) -> None:
    store(grouping, of(1, 5), of(2, 5, at=reading().at - timedelta(days=3)))
    rebuild(grouping)

    store(grouping, withdrawals=[Withdrawal(reading(2).call_id, 300, "duplicate")])
    rebuild(grouping)
    assert_totals_are_exact(grouping)
    assert ThreadTotal.objects.get().calls == 1

    record = decisions.WithdrawalRecord.objects.get()
    decisions.undo_withdrawal(record=record, now=NOW)
    decisions.carry_out(user_id=grouping.pk, now=NOW)
    rebuild(grouping)
    assert_totals_are_exact(grouping)
    assert ThreadTotal.objects.get().calls == 2


def test_switching_sessions_off_and_erasing_leave_no_totals_of_threads(grouping: User, stranger: User) -> None:
    start_session_grouping(user=stranger, now=NOW)
    for user in (grouping, stranger):
        store(user, of(1, 5))
        rebuild(user)

    stop_session_grouping(user=grouping)
    ask_to_erase_usage(user=stranger, now=NOW)
    erase_usage(user_id=stranger.pk)

    assert (Thread.objects.count(), ThreadDay.objects.count(), ThreadTotal.objects.count()) == (0, 0, 0)


def test_sub_agents_belong_to_the_tree_of_the_thread_at_its_top(grouping: User) -> None:
    store(grouping, of(1, 1), of(2, 2, parent=1), of(3, 3, parent=2), of(4, 4, parent=99))

    rebuild(grouping)

    assert roots(grouping) == {1: 1, 2: 1, 3: 1, 4: 4}


def test_a_parent_that_comes_or_is_known_later_takes_its_sub_agents_in(grouping: User) -> None:
    store(grouping, of(2, 2, parent=1), of(3, 3))
    rebuild(grouping)

    store(grouping, of(1, 1), of(3, 3, parent=2))
    rebuild(grouping)

    assert roots(grouping) == {1: 1, 2: 1, 3: 1}


def test_a_parent_that_is_known_later_for_calls_that_are_there_is_found_too(grouping: User) -> None:
    store(grouping, of(1, 1), of(2, 2))
    rebuild(grouping)

    store(grouping, of(2, 2, parent=1))
    rebuild(grouping)

    assert roots(grouping) == {1: 1, 2: 1}


def test_a_parent_whose_calls_are_gone_leaves_its_sub_agents_on_their_own(grouping: User) -> None:
    store(grouping, of(1, 1), of(2, 2, parent=1))
    rebuild(grouping)

    store(grouping, withdrawals=[Withdrawal(reading(1).call_id, 300, "duplicate")])
    rebuild(grouping)

    assert roots(grouping) == {2: 2}


def test_threads_that_are_their_own_ancestors_hang_nothing(grouping: User) -> None:
    store(grouping, of(1, 1, parent=1), of(2, 2, parent=3), of(3, 3, parent=2), of(4, 4, parent=3))

    rebuild(grouping)

    assert roots(grouping) == {1: 1, 2: 2, 3: 3, 4: 4}


def test_who_does_not_group_pays_for_two_looks(owner: User) -> None:
    store(owner, *some_readings(moments_around(ON, 5)))

    with CaptureQueriesContext(connection) as queries:
        rebuild(owner)

    about_threads = [query["sql"] for query in queries if "thread" in query["sql"]]
    assert about_threads
    assert all("LIMIT 1" in sql for sql in about_threads)
