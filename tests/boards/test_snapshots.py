"""Snapshots: exact scores and ranks, whatever happened in between, by whichever way they were made."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import transaction
from django.test import Client

from codextime.accounts.models import User
from codextime.boards import ranks, snapshots
from codextime.boards.models import DateScore, Listing, RankMark, Score
from codextime.boards.periods import MEASURES, PERIODS
from codextime.boards.services import join_board, leave_board
from codextime.boards.snapshots import take_snapshot
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import DEADLINE_SECONDS, run_at_once, start, wait_until, waiting_backends
from tests.boards.people import board_of, make_listed
from tests.conftest import make_person
from tests.usage.burning import burn, call
from tests.usage.readings import store

Values = tuple[int, int, int]  # tokens, output tokens, active days


@pytest.fixture(autouse=True)
def small_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks at every third listing, so that few people have some."""
    monkeypatch.setattr(ranks, "SPACING", 3)


def some_calls(dice: Random, now: datetime) -> list[CallReading]:
    """On some of the last 40 days; few different sizes, so that people tie."""
    days = dice.sample(range(40), dice.randint(1, 12))
    return [
        call(now - timedelta(days=day, hours=dice.randrange(11)), tokens=(1000 * dice.randint(1, 3), 0, 0, 100, 0))
        for day in days
    ]


def scores_by_hand(calls: dict[str, list[CallReading]], today: date) -> dict[tuple[str, str], Values]:
    """By (period, handle), summed one call at a time."""
    scores = {}
    for period in PERIODS.values():
        for handle, of_handle in calls.items():
            counted = [one for one in of_handle if period.first(today) <= one.at.date() <= today]
            if counted:
                tokens, output = (sum(one.input_tokens + one.output_tokens for one in counted), 0)
                output = sum(one.output_tokens for one in counted)
                scores[period.name, handle] = (tokens, output, len({one.at.date() for one in counted}))
    return scores


def stored_scores() -> dict[tuple[str, str], Values]:
    names = {period.number: period.name for period in PERIODS.values()}
    handles = dict(Listing.objects.values_list("number", "handle"))
    return {
        (names[row.period], handles[row.listing_id]): (row.tokens, row.output_tokens, row.active_days)
        for row in Score.objects.all()
    }


def assert_ranks_are_exact() -> None:
    """Every board as a page shows it, and the rank of every value, against a count of who has more."""
    scores = stored_scores()
    for period in PERIODS.values():
        for column, measure in enumerate(MEASURES.values()):
            values = {handle: of[column] for (name, handle), of in scores.items() if name == period.name}
            expected = {
                h: (1 + sum(other > v for other in values.values()), measure.exact(v)) for h, v in values.items()
            }
            shown = board_of(Client(), f"/leaderboard?period={period.name}&by={measure.name}")
            assert {h: (int(rank), exact) for rank, h, exact in shown} == {
                h: (rank, exact.replace("\u00a0", " ")) for h, (rank, exact) in expected.items()
            }
            assert [int(rank) for rank, _, _ in shown] == sorted(int(rank) for rank, _, _ in shown)
            assert {h: ranks.find_rank(period, measure, v) for h, v in values.items()} == {
                h: rank for h, (rank, _) in expected.items()
            }
            assert ranks.count_listed(period, measure) == len(values)


@pytest.mark.parametrize("steps", [3, pytest.param(6, marks=pytest.mark.soak)])
def test_after_any_changes_in_any_order_scores_and_ranks_are_exact(db: None, now: datetime, steps: int) -> None:
    dice = Random(7)  # noqa: S311 - the same people in every run
    people = {f"person-{number}": make_person(f"p{number}") for number in range(12)}
    calls: dict[str, list[CallReading]] = defaultdict(list)

    for step in range(steps):
        for handle in dice.sample(sorted(people), 5):
            if handle in calls and dice.random() < 0.3:
                leave_board(user=people[handle], now=now)
                del calls[handle], people[handle]
                people[f"{handle}-again{step}"] = make_person(
                    f"{handle}-again{step}"
                )  # who comes back brings what they burned
            else:
                if handle not in calls:
                    join_board(user=people[handle], handle=handle, now=now)
                calls[handle] += burn(people[handle], *some_calls(dice, now))
        if step == steps // 2:
            now += timedelta(days=1)
        take_snapshot(now=now)
        assert stored_scores() == scores_by_hand(calls, now.date())
        assert_ranks_are_exact()
    assert Listing.objects.count() < len(people)


def test_a_full_snapshot_comes_to_what_small_ones_came_to(db: None, now: datetime) -> None:
    dice = Random(8)  # noqa: S311 - the same people in every run
    for number in range(9):
        make_listed(make_person(f"p{number}"), f"person-{number}", some_calls(dice, now), now=now)
    scores, marks = stored_scores(), {m.value for m in RankMark.objects.filter(at_least__gt=0)}

    Score.objects.all().delete()
    snapshots.Snapshot.objects.update(on=now.date() - timedelta(days=1))
    take_snapshot(now=now)

    assert stored_scores() == scores
    assert_ranks_are_exact()
    assert marks & {m.value for m in RankMark.objects.all()}


def test_at_midnight_utc_the_periods_move(owner: User) -> None:
    evening = datetime.fromisoformat("2026-11-30T23:30+00:00")
    make_listed(owner, "ada", [call(evening), call(evening - timedelta(days=6))], now=evening)
    assert board_of(Client(), "/leaderboard?period=today") == [("1", "ada", "1,200 tokens")]

    take_snapshot(now=evening + timedelta(hours=1))

    assert board_of(Client(), "/leaderboard?period=today") == []
    assert board_of(Client(), "/leaderboard?period=month") == []
    assert board_of(Client(), "/leaderboard?period=7d") == [("1", "ada", "1,200 tokens")]
    assert board_of(Client(), "/leaderboard?period=30d") == [("1", "ada", "2,400 tokens")]
    assert "1 Dec 2026" in Client().get("/leaderboard?period=today").text


def test_a_clock_that_was_far_ahead_stops_the_boards_no_longer_than_it_is(owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)
    take_snapshot(now=now + timedelta(days=400))
    assert board_of(Client()) == []

    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]


def test_a_withdrawn_call_no_longer_ranks(owner: User, now: datetime) -> None:
    calls = [call(now), call(now - timedelta(days=1))]
    make_listed(owner, "ada", calls, now=now)

    store(owner, withdrawals=[Withdrawal(calls[0].call_id, 300, "duplicate")])
    rebuild_dirty_dates(user_id=owner.pk)
    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]
    assert board_of(Client(), "/leaderboard?period=today") == []


def test_an_estimate_does_not_rank(owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now), call(now)._replace(revision=1)], now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]


def test_only_what_changed_is_read_again(owner: User, stranger: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)
    make_listed(stranger, "bob", [call(now)], now=now)
    DateScore.objects.filter(listing__handle="ada").update(tokens=5)

    burn(stranger, call(now))
    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "bob", "2,400 tokens"), ("2", "ada", "1,200 tokens")]
    assert not RebuiltDate.objects.filter(reader=RebuiltDate.Reader.BOARDS).exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def owner(self, transactional_db: None) -> User:
        return make_person("owner")

    def test_two_snapshots_at_once_come_to_the_same(self, owner: User, now: datetime) -> None:
        make_listed(owner, "ada", [call(now)], now=now)
        burn(owner, call(now))

        run_at_once(*[lambda: take_snapshot(now=now)] * 3)
        take_snapshot(now=now)

        assert board_of(Client()) == [("1", "ada", "2,400 tokens")]
        assert_ranks_are_exact()

    def test_a_snapshot_that_is_killed_loses_nothing(self, owner: User, now: datetime) -> None:
        make_listed(owner, "ada", [call(now)], now=now)
        burn(owner, call(now))

        with transaction.atomic():
            take_snapshot(now=now)
            transaction.set_rollback(True)
        assert board_of(Client()) == [("1", "ada", "1,200 tokens")]

        take_snapshot(now=now)
        assert board_of(Client()) == [("1", "ada", "2,400 tokens")]

    def test_who_leaves_waits_for_no_full_snapshot_and_is_not_brought_back_by_it(
        self, owner: User, now: datetime
    ) -> None:
        make_listed(owner, "ada", [call(now)], now=now)
        make_listed(make_person("other"), "bob", [call(now)], now=now)
        later = now + timedelta(days=1)
        with ThreadPoolExecutor() as pool, transaction.atomic():  # a full snapshot that wrote its scores and goes on
            snapshots.begin_writing(today=later.date())
            start(pool, lambda: leave_board(user=owner, now=now)).result(timeout=DEADLINE_SECONDS)
            assert [handle for _, handle, _ in board_of(Client())] == ["bob"]
            snapshots.end_writing(today=later.date(), now=later)

        assert [handle for _, handle, _ in board_of(Client())] == ["bob"]
        assert set(Score.objects.values_list("listing__handle", flat=True)) == {"bob"}
        assert_ranks_are_exact()

    def test_who_leaves_while_they_are_counted_is_not_brought_back(self, owner: User, now: datetime) -> None:
        make_listed(owner, "ada", [call(now)], now=now)
        burn(owner, call(now))
        with ThreadPoolExecutor() as pool:
            with transaction.atomic():
                leave_board(user=owner, now=now)
                snapshot = start(pool, lambda: take_snapshot(now=now))
                wait_until(lambda: waiting_backends() == 1)
            snapshot.result()

        assert (Score.objects.count(), DateScore.objects.count()) == (0, 0)
        assert board_of(Client()) == []
