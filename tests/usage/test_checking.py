"""`check-totals` finds every total that is not what the calls add up to, and makes it anew when told to."""

import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.usage.models import Day, Slot
from codextime.usage.services import change_time_zone, check_sample, check_totals, rebuild_dirty_dates
from tests.usage.readings import (
    NOW,
    assert_totals_are_exact,
    in_threads,
    moments_around,
    reading,
    some_readings,
    store,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 29)
DAMAGES = {
    "a slot with other tokens": "UPDATE usage_slot SET output_tokens = output_tokens + 1",
    "a slot with another most": "UPDATE usage_slot SET most_tokens = most_tokens + 1",
    "a slot that is gone": "DELETE FROM usage_slot WHERE is_ranked",
    "a slot of calls that never were": "UPDATE usage_slot SET slot_at = slot_at + interval '400 days'",
    "calls without a mark": "UPDATE usage_call SET input_tokens = input_tokens + 7",
    "a day with other calls": "UPDATE usage_day SET calls = calls + 1",
    "a day with other exact calls": "UPDATE usage_day SET exact_calls = exact_calls + 1",
    "a day that is somewhere else": """UPDATE usage_day SET "on" = "on" + 900""",
    "days that are gone": "DELETE FROM usage_day",
    "an hour that is another": "UPDATE usage_dayhour SET hour = hour + 24",
    "a day of a thread with other tokens": "UPDATE usage_threadday SET input_tokens = input_tokens + 1",
    "a day of a thread that is gone": "DELETE FROM usage_threadday",
    "a call that is in another thread": "UPDATE usage_call SET thread_id = thread_id + 1 WHERE input_tokens > 0",
    "a thread with another end": "UPDATE usage_threadtotal SET last_at = last_at + interval '1 day'",
    "threads that are gone": "DELETE FROM usage_threadtotal",
}


@pytest.fixture
def totals(owner: User) -> User:
    change_time_zone(user=owner, name="Europe/Berlin")
    start_session_grouping(user=owner, now=NOW)
    store(owner, *in_threads(some_readings(moments_around(ON)), 3))
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("check_totals", *arguments, stdout=output)
    return output.getvalue()


def damage(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount


def test_totals_that_are_right_are_called_so(totals: User) -> None:
    assert "all are what the calls add up to" in run()


@pytest.mark.parametrize("name", DAMAGES)
def test_whatever_is_wrong_is_found_and_made_anew(totals: User, name: str) -> None:
    damage(DAMAGES[name])

    with pytest.raises(CommandError, match="those of 1 are wrong"):
        run()
    assert "were wrong and are made anew" in run("--fix")

    assert check_totals(user_id=totals.pk) == []
    assert_totals_are_exact(totals)


def test_a_difference_is_told_by_date_with_both_figures(owner: User) -> None:
    store(owner, reading(1, at=datetime(2026, 5, 3, 9, tzinfo=UTC), input_tokens=1000, output_tokens=50))
    rebuild_dirty_dates(user_id=owner.pk)
    Slot.objects.update(output_tokens=75)

    report = run("--fix", owner.public_id)

    assert f"{owner.public_id} 2026-05-03 slots: 1,075 tokens of 1 calls stored, 1,050 of 1 right\n" in report
    assert Slot.objects.get().output_tokens == Day.objects.get().output_tokens == 50


def test_what_waits_for_a_rebuild_is_not_wrong(totals: User) -> None:
    store(totals, *some_readings(moments_around(date(2026, 6, 1)), seed=2))

    assert check_totals(user_id=totals.pk) == []


def test_only_who_is_named_is_checked(totals: User, stranger: User) -> None:
    damage(DAMAGES["days that are gone"])

    assert "all are what the calls add up to" in run(stranger.public_id)
    with pytest.raises(CommandError, match="Nobody has the user id u_nobody"):
        run(totals.public_id, "u_nobody")


def test_each_night_a_sample_is_checked_and_what_is_wrong_is_logged(
    totals: User, caplog: pytest.LogCaptureFixture
) -> None:
    assert check_sample(users=10) == 0
    damage("DELETE FROM usage_dayhour")

    number = check_sample(users=10)

    assert number == len(caplog.records) == len(check_totals(user_id=totals.pk)) > 0
    assert "are wrong" in caplog.text
