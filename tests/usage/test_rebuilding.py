"""Totals are what one gets by adding up the calls, in whatever zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Day, Slot
from codextime.usage.readings import Withdrawal
from codextime.usage.services import change_time_zone, rebuild_dirty_dates, sweep
from tests.usage.readings import (
    NOW,
    assert_totals_are_exact,
    marked_dates,
    moments_around,
    reading,
    some_readings,
    store,
    stored_days,
    stored_slots,
)

pytestmark = pytest.mark.django_db

ZONES_AND_DATES = [
    ("UTC", date(2026, 5, 3)),
    ("Asia/Kathmandu", date(2026, 5, 3)),  # +05:45
    ("Pacific/Kiritimati", date(2026, 5, 3)),  # +14:00
    ("Pacific/Pago_Pago", date(2026, 5, 3)),  # -11:00
    ("Pacific/Chatham", date(2026, 4, 5)),  # +13:45 to +12:45
    ("Europe/Berlin", date(2026, 3, 29)),  # a day of 23 hours
    ("Europe/Berlin", date(2026, 10, 25)),  # a day of 25 hours
    ("America/St_Johns", date(2026, 3, 8)),  # -03:30 to -02:30
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # the clock goes back by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Havana", date(2026, 3, 8)),  # a day that begins at one o'clock
    ("America/Havana", date(2026, 11, 1)),  # its first hour comes twice
]


@pytest.mark.parametrize(("zone", "on"), ZONES_AND_DATES)
def test_totals_equal_the_sums_of_the_calls(owner: User, zone: str, on: date) -> None:
    change_time_zone(user=owner, name=zone)
    store(owner, *some_readings(moments_around(on)))

    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(owner)
    assert Slot.objects.count() > 400
    assert marked_dates(owner) == []


def test_more_dates_than_one_transaction_takes_are_all_rebuilt(owner: User) -> None:
    days = [datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=number) for number in range(100)]
    store(owner, *some_readings(days))

    assert rebuild_dirty_dates(user_id=owner.pk) == 100

    assert_totals_are_exact(owner)


def test_later_calls_are_added_to_the_totals_of_their_date(owner: User) -> None:
    store(owner, *some_readings(moments_around(date(2026, 5, 3)), seed=1))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, *some_readings(moments_around(date(2026, 5, 4)), seed=2), source=2)

    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(owner)


def test_calls_that_are_there_already_make_no_date_dirty(owner: User) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)

    store(owner, reading(1))

    assert marked_dates(owner) == []


def test_totals_of_another_user_stay_as_they_are(owner: User, stranger: User) -> None:
    store(stranger, *some_readings(moments_around(date(2026, 5, 3))))
    rebuild_dirty_dates(user_id=stranger.pk)
    store(owner, reading(1, at=datetime(2026, 5, 3, 9, tzinfo=UTC)))

    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(stranger)
    assert_totals_are_exact(owner)


def test_a_withdrawn_call_counts_nowhere(owner: User) -> None:
    store(owner, reading(1), reading(2))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, withdrawals=[Withdrawal((1).to_bytes(16, "big"), 257, "copied_history")])

    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(owner)
    assert [slot.calls for slot in Slot.objects.all()] == [1]


def test_a_date_whose_calls_are_all_withdrawn_has_no_totals(owner: User) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, withdrawals=[Withdrawal((1).to_bytes(16, "big"), 257, "duplicate")])

    rebuild_dirty_dates(user_id=owner.pk)

    assert not Slot.objects.exists()
    assert not Day.objects.exists()


def test_a_call_that_moves_to_another_date_leaves_the_old_one(owner: User) -> None:
    store(owner, reading(1, at=datetime(2026, 5, 3, 23, 59, tzinfo=UTC)))
    rebuild_dirty_dates(user_id=owner.pk)
    store(owner, reading(1, at=datetime(2026, 5, 4, 0, 1, tzinfo=UTC), revision=258))

    rebuild_dirty_dates(user_id=owner.pk)

    assert_totals_are_exact(owner)
    assert [day.on for day in Day.objects.all()] == [date(2026, 5, 4)]


def test_an_estimate_counts_for_its_owner_and_is_not_ranked(owner: User) -> None:
    store(owner, reading(1, revision=255), reading(2, revision=256))

    rebuild_dirty_dates(user_id=owner.pk)

    assert {(slot.is_ranked, slot.calls) for slot in Slot.objects.all()} == {(False, 1), (True, 1)}
    assert Day.objects.get().calls == 2


def test_sums_of_the_largest_calls_are_exact(owner: User) -> None:
    largest = {"input_tokens": 2**63 - 1, "cached_input_tokens": 2**63 - 1, "output_tokens": 2**31 - 1}
    store(owner, *(reading(number, **largest) for number in (1, 2, 3)))

    rebuild_dirty_dates(user_id=owner.pk)

    day = Day.objects.get()
    assert (day.input_tokens, day.output_tokens) == (3 * (2**63 - 1), 3 * (2**31 - 1))


def test_another_time_zone_moves_days_and_no_slot(owner: User) -> None:
    store(owner, *some_readings(moments_around(date(2026, 5, 3))))
    rebuild_dirty_dates(user_id=owner.pk)
    slots, days = stored_slots(owner), stored_days(owner)

    change_time_zone(user=owner, name="Asia/Kathmandu")

    assert stored_slots(owner) == slots
    assert stored_days(owner) != days
    assert_totals_are_exact(owner)


def test_a_time_zone_that_is_none_changes_nothing(owner: User) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)

    with pytest.raises(ValidationError):
        change_time_zone(user=owner, name="Mars/Olympus")

    owner.refresh_from_db()
    assert_totals_are_exact(owner)


def test_the_sweep_leaves_young_marks_to_their_own_task(owner: User) -> None:
    store(owner, reading(1))

    assert sweep(now=NOW + timedelta(seconds=1)) == 0
    assert sweep(now=NOW + timedelta(seconds=6)) == 1
    assert DirtyDate.objects.exists()  # a worker takes it, not the sweep
