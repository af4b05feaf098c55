"""Uploads and rebuilds of one user at the same moment, on real connections: nothing lost or double, no deadlock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event

import pytest
from django.db import transaction

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Day
from codextime.usage.readings import CallReading
from codextime.usage.services import change_time_zone, rebuild_dirty_dates
from tests.at_once import run_at_once, start, wait_until, waiting_backends
from tests.usage.readings import (
    assert_totals_are_exact,
    moments_around,
    reading,
    some_readings,
    store,
    stored_days,
)

pytestmark = pytest.mark.django_db(transaction=True)

MAY = date(2026, 5, 3)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


@pytest.mark.parametrize("_round", range(3))
def test_the_same_calls_from_two_machines_at_once_are_stored_once(owner: User, _round: int) -> None:
    calls = [reading(number) for number in range(3000)]

    counts = run_at_once(
        partial(store, owner, *calls[:2000], source=1), partial(store, owner, *reversed(calls[1000:]), source=2)
    )

    assert sum(count.added for count in counts) == 3000 == Call.objects.count()
    assert sum(count.already_there for count in counts) == 1000
    rebuild_dirty_dates(user_id=owner.pk)
    assert_totals_are_exact(owner)


@pytest.mark.parametrize("_round", range(3))
def test_of_two_readings_at_once_the_better_one_stays(owner: User, _round: int) -> None:
    def at_revision(revision: int) -> list[CallReading]:
        return [reading(number, revision=revision, input_tokens=1000 + revision) for number in range(500)]

    store(owner, *at_revision(1))
    run_at_once(partial(store, owner, *at_revision(258)), partial(store, owner, *reversed(at_revision(257))))

    assert set(Call.objects.values_list("revision", "input_tokens")) == {(258, 1258)}


def test_a_mark_of_an_upload_that_is_not_committed_is_left_for_the_next_rebuild(
    owner: User, pool: ThreadPoolExecutor
) -> None:
    with transaction.atomic():
        store(owner, reading(1))
        assert start(pool, partial(rebuild_dirty_dates, user_id=owner.pk)).result() == 0

    assert DirtyDate.objects.count() == 1
    assert rebuild_dirty_dates(user_id=owner.pk) == 1
    assert_totals_are_exact(owner)


def test_an_upload_that_commits_in_the_middle_of_a_rebuild_is_not_lost(owner: User, pool: ThreadPoolExecutor) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, reading(2))

    with transaction.atomic():  # a locked day holds the rebuild up after it has read the calls
        list(Day.objects.select_for_update())
        rebuilding = start(pool, partial(rebuild_dirty_dates, user_id=owner.pk))
        wait_until(lambda: waiting_backends() == 1)
        start(pool, partial(store, owner, reading(3))).result()

    rebuilding.result()
    rebuild_dirty_dates(user_id=owner.pk)
    assert_totals_are_exact(owner)
    assert Day.objects.get().calls == 3


def test_two_rebuilds_of_one_date_at_once_wait_for_each_other(owner: User, pool: ThreadPoolExecutor) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, reading(2))

    with transaction.atomic():
        list(Day.objects.select_for_update())
        first = start(pool, partial(rebuild_dirty_dates, user_id=owner.pk))
        wait_until(lambda: waiting_backends() == 1)
        start(pool, partial(store, owner, reading(3))).result()
        second = start(pool, partial(rebuild_dirty_dates, user_id=owner.pk))
        wait_until(lambda: waiting_backends() == 2)

    first.result()
    second.result()
    assert_totals_are_exact(owner)
    assert not DirtyDate.objects.exists()


def test_a_change_of_time_zone_beside_a_rebuild_leaves_exact_days(owner: User, pool: ThreadPoolExecutor) -> None:
    store(owner, *some_readings(moments_around(MAY)))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, *some_readings(moments_around(MAY), seed=2))

    with transaction.atomic():
        list(Day.objects.select_for_update())
        rebuilding = start(pool, partial(rebuild_dirty_dates, user_id=owner.pk))
        wait_until(lambda: waiting_backends() == 1)
        changing = start(pool, partial(change_time_zone, user=owner, name="Asia/Kathmandu"))
        wait_until(lambda: waiting_backends() == 2)

    rebuilding.result()
    changing.result()
    owner.refresh_from_db()
    assert_totals_are_exact(owner)


def test_rebuilds_beside_a_stream_of_uploads_end_exact(owner: User) -> None:
    is_done = Event()
    days = [datetime(2026, 5, 1, 9, tzinfo=UTC) + timedelta(days=number % 5, minutes=number) for number in range(100)]

    def upload() -> None:
        for seed in range(1, 13):
            store(owner, *some_readings(days, seed), source=seed % 3)

    def upload_all() -> None:
        try:
            upload()
        finally:
            is_done.set()

    def rebuild() -> None:
        while not is_done.is_set():
            rebuild_dirty_dates(user_id=owner.pk)

    run_at_once(upload_all, rebuild, rebuild)
    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(owner)
    assert sum(totals[0] for totals in stored_days(owner).values()) == 1200
