"""What the overview and a day say of threads, and what who groups nothing sees there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard.day_queries import DayQuery
from codextime.dashboard.overview import Overview
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.selectors import get_day, get_overview
from codextime.dashboard.sums import Sum, priced
from codextime.lib.formats import NONE
from codextime.lib.tokens import Tokens
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.selectors import get_book
from codextime.usage.models import Thread
from codextime.usage.services import rebuild_dirty_dates
from tests.boards.people import make_listed
from tests.dashboard.threads import group, in_thread
from tests.usage.burning import call
from tests.usage.readings import NOW, reading, store

EVENING = datetime(2026, 11, 19, 21, 0, tzinfo=UTC)


@pytest.fixture
def grouping(owner: User, stranger: User) -> User:
    """Seven threads: the n-th has n calls, an hour apart, from the evening of the 19th on; one was there before."""
    for user in (owner, stranger):
        start_session_grouping(user=user, now=NOW)
        user.refresh_from_db()
        calls = [
            reading(n * 10 + k, at=EVENING + timedelta(hours=k), thread=f"{n:032x}")
            for n in range(1, 8)
            for k in range(n)
        ]
        store(user, *calls, reading(99, at=EVENING - timedelta(days=30), thread=f"{1:032x}"))
        rebuild_dirty_dates(user_id=user.pk)
    Thread.objects.filter(user=owner, key=UUID(int=7)).update(name="The large one")
    return owner


def overview(user: User, period: str = "30d") -> Overview:
    return get_overview(user=user, query=OverviewQuery(period=period), now=NOW)


def test_the_threads_of_a_period_are_counted_and_compared(grouping: User) -> None:
    figure = overview(grouping).details[-1]

    assert (figure.value, figure.note, figure.link) == ("7", "+600\u00a0%", "/threads")


def test_the_card_has_the_threads_with_the_most_tokens_of_the_period(grouping: User) -> None:
    page = overview(grouping)

    assert page.threads
    rows = [(row.name, row.tokens, row.calls.replace("\u00a0", " ")) for row in page.threads.threads]
    assert rows[0] == ("The large one", "7,350", "7 calls")
    assert [calls for _, _, calls in rows] == ["7 calls", "6 calls", "5 calls", "4 calls", "3 calls"]
    assert page.threads.more == "and 2 more"
    assert page.threads.threads[0].duration == "6\u00a0h"


@pytest.mark.parametrize("period", ["7d", "year"], ids=["by days", "by totals"])
def test_what_a_thread_wrote_counts_for_its_place_among_many(owner: User, period: str) -> None:
    quiet = [in_thread(n, NOW - timedelta(hours=n), tokens=(1_000, 0, 0, n, 0)) for n in range(1, 8)]
    group(owner, *quiet, in_thread(9, NOW - timedelta(hours=9), tokens=(500, 0, 0, 600, 0)))

    card = overview(owner, period).threads

    assert card
    assert [thread.exact for thread in card.threads] == [
        f"{tokens:,} tokens" for tokens in (1_100, 1_007, 1_006, 1_005, 1_004)
    ]


def test_the_card_has_the_estimate_of_what_each_thread_has_of_the_period(owner: User) -> None:
    group(
        owner,
        in_thread(1, EVENING, model="gpt-5.4", tokens=(900_000, 600_000, 0, 20_000, 0)),
        in_thread(1, EVENING, model="gpt-5.4", tokens=(90_000, 600, 0, 20_000, 0)),
        in_thread(1, EVENING, model="custom", tokens=(9_000, 0, 0, 0, 0)),
        in_thread(1, EVENING - timedelta(days=2), model="custom", tokens=(7_000, 0, 0, 0, 0)),
        in_thread(1, EVENING - timedelta(days=60), tokens=(5_000_000, 0, 0, 0, 0)),
        in_thread(2, EVENING, model="custom"),
        in_thread(3, EVENING, parent=1),
    )

    page = overview(owner)
    whole = Sum()
    for model, is_long, tokens in (
        ("gpt-5.4", True, Tokens(900_000, 600_000, 0, 20_000)),
        ("gpt-5.4", False, Tokens(90_000, 600, 0, 20_000)),
        ("custom", False, Tokens(16_000)),
    ):
        whole.add(priced(1, tokens, model, EVENING.date(), is_long_context=is_long, book=get_book()))

    assert page.threads
    shown = [(row.estimate, row.exact_estimate) for row in page.threads.threads]
    assert shown[0] == (whole.value, whole.exact_value)
    assert "% priced" in whole.exact_value
    assert ("unpriced", "unpriced") in shown

    amounts = dict.fromkeys(("input_usd", "cached_input_usd", "output_usd"), Decimal(1_000))
    set_own_rate(user=owner, model="custom", effective_from=EVENING.date(), now=NOW, **amounts)
    again = overview(owner).threads
    assert again
    assert again.threads[0].exact_estimate.startswith(f"${whole.usd + 9:,.4f} (")


def test_the_longest_thread_is_a_record_of_all_time(grouping: User) -> None:
    record = overview(grouping, "today").records[-1]

    assert (record.name, record.value) == ("Longest thread", "30\u00a0d")
    assert record.link == f"/threads/{Thread.objects.get(user=grouping, key=UUID(int=1)).pk}"


def test_a_day_has_its_threads_with_what_they_used_on_it(grouping: User) -> None:
    page = get_day(user=grouping, on=EVENING.date() + timedelta(days=1), query=DayQuery(), now=NOW)

    assert page.threads
    assert [row.calls.replace("\u00a0", " ") for row in page.threads.threads] == [
        "4 calls", "3 calls", "2 calls", "1 call"
    ]  # fmt: skip
    assert page.details[-1].note == "\u221242.9\u00a0%"


def test_who_groups_without_a_thread_yet_learns_what_is_missing(client: Client, owner: User) -> None:
    start_session_grouping(user=owner, now=NOW)
    store(owner, reading(1, at=datetime(2025, 10, 1, 12, tzinfo=UTC)))
    rebuild_dirty_dates(user_id=owner.pk)
    client.force_login(owner)

    assert "codextime-tracker sessions on" in client.get("/days/2025-10-01").text


@pytest.mark.parametrize("path", ["/dashboard?period=month&on=2025-10-15", "/days/2025-10-01"])
def test_who_groups_nothing_learns_what_the_switch_shows_and_sends(client: Client, owner: User, path: str) -> None:
    store(owner, reading(1, at=datetime(2025, 10, 1, 12, tzinfo=UTC)))
    rebuild_dirty_dates(user_id=owner.pk)
    client.force_login(owner)

    page = client.get(path).text

    assert 'href="/settings#sessions">Group my calls by session</a>' in page
    assert "a hash that calls of one session share" in page


def test_who_groups_calls_and_is_on_the_board_still_costs_twelve_queries(
    client: Client, grouping: User, stranger: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_listed(stranger, "ada", [call(now, tokens=(2_000, 0, 0, 0, 0))], now=now)
    make_listed(grouping, "bob", [call(now)], now=now)
    client.force_login(grouping)

    with django_assert_max_num_queries(12):
        page = client.get("/dashboard").text

    assert "to rank 1" in page
    assert "All threads" in page


def test_threads_cost_one_query(
    client: Client, grouping: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(grouping)

    with django_assert_max_num_queries(12):
        client.get("/dashboard?period=all")
    with django_assert_max_num_queries(12):
        client.get("/dashboard?period=today&on=2026-11-20&stack=label")


@pytest.mark.parametrize(("threads", "is_below"), [(0, True), (2, True), (3, False)])
def test_records_stand_below_few_threads_and_beside_many(
    client: Client, owner: User, threads: int, is_below: bool
) -> None:
    group(owner, *(in_thread(number) for number in range(1, threads + 1)), *([] if threads else [call(EVENING)]))
    client.force_login(owner)

    page = client.get("/dashboard?period=month&on=2026-11-02").text

    row = page[: page.index('aria-labelledby="threads"')].rsplit("<div ", 1)[1]
    assert row.startswith('class="column"' if is_below else 'class="grid grid-wide"')


def test_one_call_has_no_duration_and_sets_no_record(owner: User) -> None:
    group(owner, in_thread(1, NOW - timedelta(hours=2)))
    assert overview(owner).threads is not None
    assert [thread.duration for thread in overview(owner).threads.threads] == [NONE]  # type: ignore[union-attr]
    assert "Longest thread" not in [record.name for record in overview(owner).records]

    group(owner, in_thread(1, NOW - timedelta(hours=1)))

    assert [thread.duration for thread in overview(owner).threads.threads] == ["1\u00a0h"]  # type: ignore[union-attr]
    assert "Longest thread" in [record.name for record in overview(owner).records]
