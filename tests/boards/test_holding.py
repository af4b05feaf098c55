"""Dates that look impossible count for their owner, who is told why, and do not rank until somebody releases them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.boards import holds, moderation
from codextime.boards.models import HeldDate, ModerationEvent
from codextime.boards.services import join_board, leave_board
from codextime.boards.snapshots import take_snapshot
from codextime.usage.models import Day
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import rebuild_dirty_dates
from tests.boards.people import board_of, make_listed
from tests.usage.burning import burn, call
from tests.usage.readings import store

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def busy_minute(calls: int, tokens: tuple[int, int, int, int, int] = (1000, 0, 0, 100, 0)) -> list[CallReading]:
    return [call(NOON + timedelta(milliseconds=10 * number), tokens=tokens) for number in range(calls)]


def busy_hour(each: tuple[int, int, int, int, int]) -> list[CallReading]:
    """Forty equal minutes."""
    return [call(NOON + timedelta(minutes=minute), tokens=each) for minute in range(40) for _ in range(5)]


IMPOSSIBLE = {
    "calls": busy_minute(601, (10, 0, 0, 1, 0)),
    "tokens": busy_minute(5, (8_000_000, 0, 0, 1, 0)),
    "output": busy_minute(1, (10, 0, 0, 2_000_001, 0)),
    "call": busy_minute(1, (9_100_000, 0, 0, 900_001, 0)),
    "hour": busy_hour((6_000_000, 0, 0, 1, 0)),
    "hour_output": busy_hour((10, 0, 0, 180_001, 0)),
    "early_model": [call("2026-09-27T23:59+00:00", model="gpt-6.1-sol")],
}
POSSIBLE = {
    "calls": busy_minute(600, (10, 0, 0, 1, 0)),
    "tokens": busy_minute(5, (7_999_999, 0, 0, 1, 0)),
    "output": busy_minute(1, (10, 0, 0, 2_000_000, 0)),
    "call": busy_minute(1, (9_100_000, 0, 0, 900_000, 0)),
    "hour": busy_hour((5_999_999, 0, 0, 1, 0)),
    "hour_output": busy_hour((10, 0, 0, 180_000, 0)),
    "in two hours": [
        call(NOON + timedelta(minutes=minute), tokens=(10_000_000, 0, 0, 0, 0))
        for minute in range(10, 110)
        for _ in range(2)
    ],
    "thirty agents that never wait": [
        call(NOON + timedelta(seconds=10 * turn, milliseconds=agent), tokens=(108_000, 100_000, 0, 800, 0))
        for turn in range(360)
        for agent in range(30)
    ],
    "early_model": [call("2026-09-28T00:00+00:00", model="gpt-6.1-sol")],
    "in two minutes": [
        call(NOON + timedelta(seconds=second), tokens=(7_000_000, 0, 0, 0, 0)) for second in (59, 60) for _ in range(5)
    ],
    "a model nobody knows": [call("2025-01-01T00:00+00:00", model="custom")],
    "Codex before the API": [call("2025-12-20T12:00+00:00", model="gpt-5.2-codex")],
}


@pytest.mark.parametrize("reason", IMPOSSIBLE)
def test_an_impossible_date_is_held_and_counts_for_its_owner(
    client: Client, owner: User, now: datetime, reason: str
) -> None:
    calls = [*IMPOSSIBLE[reason], call(now)]

    make_listed(owner, "ada", calls, now=now)

    assert {held.reason for held in HeldDate.objects.all()} == {reason}
    assert board_of(client, "/leaderboard?period=all") == [("1", "ada", "1,200 tokens")]
    assert sum(day.calls for day in Day.objects.filter(user=owner)) == len(calls)
    client.force_login(owner)
    assert "1\u00a0date held" in client.get("/dashboard?period=all").text
    settings = client.get("/settings").text
    assert holds.explain(HeldDate.objects.get()) in settings
    assert f"{HeldDate.objects.get().on:%b %Y}" in settings


@pytest.mark.parametrize("reason", POSSIBLE)
def test_what_is_just_possible_ranks(owner: User, now: datetime, reason: str) -> None:
    make_listed(owner, "ada", POSSIBLE[reason], now=now)

    assert HeldDate.objects.count() == 0
    assert len(board_of(Client(), "/leaderboard?period=all")) == 1


def test_who_has_nothing_but_held_dates_is_told_so_instead_of_a_rank(
    client: Client, owner: User, now: datetime
) -> None:
    make_listed(owner, "ada", IMPOSSIBLE["tokens"], now=now)
    client.force_login(owner)

    text = client.get("/leaderboard").text

    assert board_of(client) == []
    assert "Held: no other date ranks." in text
    assert '<span class="pill pill-held">held</span>' in text


def test_a_date_that_is_recounted_is_judged_anew(owner: User, now: datetime) -> None:
    impossible = IMPOSSIBLE["tokens"]
    make_listed(owner, "ada", [*impossible, call(NOON)], now=now)
    assert board_of(Client()) == []

    store(owner, withdrawals=[Withdrawal(one.call_id, 300, "impossible") for one in impossible])
    rebuild_dirty_dates(user_id=owner.pk)
    take_snapshot(now=now)

    assert HeldDate.objects.count() == 0
    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]


def test_a_released_date_ranks_until_a_recount_finds_something_else(owner: User, stranger: User, now: datetime) -> None:
    make_listed(owner, "ada", IMPOSSIBLE["tokens"], now=now)
    release(HeldDate.objects.get(), stranger, now)
    ranked = [("1", "ada", "40,000,005 tokens")]
    assert board_of(Client()) == ranked

    burn(owner, call(NOON + timedelta(hours=1), tokens=(5, 0, 0, 0, 0)))
    take_snapshot(now=now)
    assert board_of(Client()) == [("1", "ada", "40,000,010 tokens")]

    burn(owner, call(NOON, tokens=(5, 0, 0, 0, 0)))
    take_snapshot(now=now)
    assert board_of(Client()) == []


def test_another_model_before_its_release_is_not_covered_by_what_was_released(
    owner: User, stranger: User, now: datetime
) -> None:
    first = call("2025-11-01T12:00+00:00", model="gpt-5.4")
    make_listed(owner, "ada", [first], now=now)
    release(HeldDate.objects.get(), stranger, now)
    assert board_of(Client(), "/leaderboard?period=all") != []

    burn(owner, first._replace(call_id=bytes(16), model="gpt-6.1-sol"))
    take_snapshot(now=now)

    assert board_of(Client(), "/leaderboard?period=all") == []
    assert holds.explain(HeldDate.objects.get()) == "gpt-5.4 was used before 5 Mar 2026, and 1 more before theirs."


def test_estimates_hold_no_date_as_they_do_not_rank(owner: User, now: datetime) -> None:
    estimates = [one._replace(revision=1) for of in IMPOSSIBLE.values() for one in of]

    make_listed(owner, "ada", [*estimates, call(NOON)], now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]
    assert HeldDate.objects.count() == 0


def test_leaving_and_coming_back_neither_loses_nor_gains_a_release(owner: User, stranger: User, now: datetime) -> None:
    early = IMPOSSIBLE["early_model"]
    make_listed(owner, "ada", [*IMPOSSIBLE["tokens"], *early], now=now)
    release(HeldDate.objects.get(reason="tokens"), stranger, now)

    leave_board(user=owner, now=now)
    assert [held.reason for held in HeldDate.objects.all()] == ["tokens"]
    join_board(user=owner, handle="ada", now=now)
    take_snapshot(now=now)

    assert board_of(Client(), "/leaderboard?period=all") == [("1", "ada", "40,000,005 tokens")]
    assert {held.reason: held.released_at is None for held in HeldDate.objects.all()} == {
        "tokens": False,
        "early_model": True,
    }


def test_more_than_the_boards_can_add_up_is_not_released(owner: User, stranger: User, now: datetime) -> None:
    make_listed(owner, "ada", busy_minute(3, (2**63 - 1, 0, 0, 1, 0)), now=now)

    with pytest.raises(moderation.NotReleasable):
        release(HeldDate.objects.get(reason="tokens"), stranger, now)

    assert board_of(Client()) == []
    assert ModerationEvent.objects.count() == 0


def test_every_rate_is_at_least_as_old_as_the_release_that_is_assumed() -> None:
    for model, released_on in holds.RELEASED_IN_CODEX.items():
        assert holds.find_release(model) == released_on
    assert holds.find_release("gpt-5-2025-08-07") == date(2025, 8, 7)
    assert holds.find_release("custom") is None


def release(held: HeldDate, moderator: User, now: datetime) -> None:
    moderation.release_date(held=held, moderator=moderator, reason="Asked and shown.", now=now)
    take_snapshot(now=now)
