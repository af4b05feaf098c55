"""Threads of a period found by their days, by what their days come to, and by looking at each call: all the same."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard import thread_reading
from codextime.dashboard.figures import ThreadCounts
from codextime.dashboard.periods import Period, find_custom, find_period, midnight
from codextime.dashboard.thread_reading import Threads, read_threads
from codextime.pricing.selectors import get_book
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.usage.readings import NOW, reading, store

FIRST, TODAY = date(2025, 1, 15), date(2026, 11, 20)
AMOUNTS = (1, 2, 3)  # of tokens: few different ones, so that some threads have the same number
PERIODS = (
    *(
        find_period(name, None, today=TODAY, first_active=FIRST)
        for name in ("today", "7d", "30d", "month", "year", "all")
    ),
    find_period("year", date(2025, 3, 1), today=TODAY, first_active=FIRST),
    *(
        find_custom(TODAY - timedelta(days=ago), TODAY - timedelta(days=ago - length), today=TODAY)
        for ago, length in ((31, 31), (40, 20), (100, 60), (200, 3), (330, 300), (500, 200), (674, 100))
    ),
)


@pytest.fixture(params=["America/St_Johns", "Africa/Cairo", "Pacific/Chatham"])
def filled(owner: User, request: pytest.FixtureRequest) -> User:
    """Threads of an hour, of some weeks and of a year and more, some with calls at both of their ends only; two end and
    begin at a midnight."""
    owner.time_zone = request.param
    owner.save()
    start_session_grouping(user=owner, now=NOW)
    owner.refresh_from_db()
    dice = Random(request.param)  # noqa: S311 - the same calls in every run
    start = datetime(2025, 1, 15, 12, tzinfo=UTC)
    calls = []
    for thread in range(1, 31):
        begins = start + timedelta(hours=dice.randrange(24 * 650))
        lasts = min(dice.choice([1, 24 * 20, 24 * 90, 24 * 400]), (NOW - begins) // timedelta(hours=1))
        at = [0, lasts, *(dice.randrange(lasts + 1) for _ in range(dice.choice([0, 0, 12])))]
        calls += [in_thread(thread, begins + timedelta(hours=hours), dice.choice(AMOUNTS)) for hours in at]
    edge = midnight(TODAY - timedelta(days=29), owner.zone).astimezone(UTC)  # of the last 30 days
    for thread, days in ((31, -5), (32, 5)):
        calls += [in_thread(thread, edge, 1), in_thread(thread, edge + timedelta(days=days), 1)]
    store(owner, *(call._replace(call_id=n.to_bytes(16)) for n, call in enumerate(calls, 1)))
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def in_thread(thread: int, at: datetime, tokens: int):  # type: ignore[no-untyped-def]  # a reading
    counts = dict.fromkeys(("cached_input_tokens", "cache_write_input_tokens", "reasoning_output_tokens"), 0)
    return reading(at=at, thread=f"{thread:032x}", input_tokens=tokens, output_tokens=0, **counts)


def find_threads(user: User, period: Period, *, most_days: int) -> Threads:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thread_reading, "MOST_DAYS", most_days)
        found = read_threads(user, period, get_book(user))
    assert found
    return found


def count_by_hand(user: User, period: Period | None) -> dict[int, list[Call]]:
    """The calls of each thread that has some in the period."""
    zone, found = ZoneInfo(user.time_zone), dict[int, list[Call]]()
    for call in Call.objects.filter(user=user).order_by("at") if period else ():
        if period.first <= call.at.astimezone(zone).date() <= period.last:
            found.setdefault(call.thread_id, []).append(call)
    return found


@pytest.mark.django_db
def test_days_totals_and_calls_tell_the_same(filled: User) -> None:
    partly = 0
    for period in PERIODS:
        by_days, by_totals = (find_threads(filled, period, most_days=most) for most in (10_000, 0))
        now, before = count_by_hand(filled, period), count_by_hand(filled, period.before())
        sums = {thread: sum(call.input_tokens for call in calls) for thread, calls in now.items()}
        top = sorted(sums, key=lambda thread: (-sums[thread], thread))[:5]

        assert by_days == by_totals, period
        assert by_totals.counts == (ThreadCounts(len(now), len(before)) if now else ThreadCounts(0, 0))
        assert [(use.thread_id, use.tokens, use.calls, use.first_at, use.last_at) for use in by_totals.top] == [
            (thread, sums[thread], len(now[thread]), now[thread][0].at, now[thread][-1].at) for thread in top
        ]
        partly += sum(len(calls) < Call.objects.filter(thread=thread).count() for thread, calls in now.items())
    assert partly > 20


@pytest.mark.parametrize(("days", "is_by_days"), [(1, True), (31, True), (32, False), (300, False)])
@pytest.mark.django_db
def test_days_are_read_of_a_month_at_most(owner: User, days: int, is_by_days: bool) -> None:
    start_session_grouping(user=owner, now=NOW)
    owner.refresh_from_db()
    period = find_custom(TODAY - timedelta(days=days - 1), TODAY, today=TODAY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thread_reading, "BY_TOTALS" if is_by_days else "BY_DAYS", "not to be read")

        assert read_threads(owner, period, get_book(owner)) == thread_reading.NO_THREADS
