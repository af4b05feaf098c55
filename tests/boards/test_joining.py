"""On the leaderboard and off it, through the settings."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.boards.limits import HANDLES_BY_USER
from codextime.boards.models import DateScore, Listing, RankMark, Score
from codextime.boards.services import HandleTaken, join_board
from codextime.boards.snapshots import take_snapshot
from codextime.dashboard import board_views
from codextime.dashboard.services import erase_account
from tests.at_once import run_at_once
from tests.boards.people import board_of, make_listed
from tests.conftest import make_person
from tests.usage.burning import burn, call

JOIN, LEAVE, HANDLE = "/settings/leaderboard/join", "/settings/leaderboard/leave", "/settings/leaderboard/handle"


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_nobody_is_on_the_board_before_they_join(owner: User, now: datetime) -> None:
    burn(owner, call(now))
    take_snapshot(now=now)

    assert board_of(Client()) == []
    assert DateScore.objects.count() == 0


def test_who_joins_ranks_with_everything_from_before(signed_in: Client, owner: User, now: datetime) -> None:
    burn(owner, call(now - timedelta(days=2)), call(now))
    take_snapshot(now=now)

    answer = signed_in.post(JOIN, {"handle": " Ada-99 "})
    take_snapshot(now=now)

    assert answer["Location"] == "/settings"
    assert board_of(Client()) == [("1", "ada-99", "2,400 tokens")]


def test_who_leaves_is_gone_at_once_and_the_ranks_of_others_follow(
    signed_in: Client, owner: User, stranger: User, now: datetime
) -> None:
    make_listed(owner, "ada", [call(now), call(now)], now=now)
    make_listed(stranger, "bob", [call(now)], now=now)
    assert board_of(Client()) == [("1", "ada", "2,400 tokens"), ("2", "bob", "1,200 tokens")]

    signed_in.post(LEAVE)

    assert board_of(Client()) == [("1", "bob", "1,200 tokens")]
    assert "ada" not in signed_in.get("/leaderboard").text
    assert (Listing.objects.count(), DateScore.objects.count(), Score.objects.count()) == (1, 1, 5)
    assert {mark.at_least for mark in RankMark.objects.filter(value=1)} == {1}


def test_who_comes_back_has_their_rank_again(signed_in: Client, owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)
    signed_in.post(LEAVE)

    signed_in.post(JOIN, {"handle": "ada"})
    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]


def test_an_erased_account_is_gone_at_once(owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)

    erase_account(user=owner, now=now)

    assert board_of(Client()) == []
    assert (Score.objects.count(), DateScore.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [
        ("ab", "Use 3 to 30 characters; these are 2."),
        ("a" * 31, "these are 31."),
        ("ada lovelace", "Use the letters a to z"),
        ("аda", "Use the letters a to z"),  # noqa: RUF001 - a Cyrillic letter is what this is about
        ("___", "Use at least one letter or digit."),
        ("admin", "reserved"),
        ("adm1n", "reserved"),
        ("4dm1n", "reserved"),
        ("the-admin2", "reserved"),
        ("codex-support", "reserved"),
        ("0fficialcodex", "reserved"),
        ("codex_tirne", "reserved"),
        ("open-a1-team", "reserved"),
        ("u_7xk2m9qvt4bnrs", "reserved"),
        ("", "This field is required."),
    ],
)
def test_a_handle_that_nobody_may_have_is_refused(signed_in: Client, handle: str, sentence: str) -> None:
    answer = signed_in.post(JOIN, {"handle": handle})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert Listing.objects.count() == 0


@pytest.mark.parametrize(
    "handle", ["mo0nlight", "rnoonlight", "moon-light", "moon_1ight", "m00nlight", "MoonIight", "moonligh7"]
)
def test_a_handle_that_looks_like_anothers_is_refused(signed_in: Client, stranger: User, handle: str) -> None:
    join_board(user=stranger, handle="moonlight", now=stranger.date_joined)

    answer = signed_in.post(JOIN, {"handle": handle})

    assert answer.status_code == 400
    assert "or one that looks like it" in answer.text
    assert Listing.objects.count() == 1


@pytest.mark.parametrize("handle", ["badminton", "supporter", "modern-times", "team-rocket", "codexplorer", "user-7"])
def test_a_handle_that_only_begins_like_a_reserved_one_is_free(signed_in: Client, handle: str) -> None:
    signed_in.post(JOIN, {"handle": handle})

    assert Listing.objects.get().handle == handle


def test_a_handle_can_be_changed(signed_in: Client, owner: User, stranger: User) -> None:
    join_board(user=owner, handle="ada", now=owner.date_joined)
    join_board(user=stranger, handle="bob", now=stranger.date_joined)

    assert signed_in.post(HANDLE, {"handle": "countess"}).status_code == 302
    assert signed_in.post(HANDLE, {"handle": "b-o-b"}).status_code == 400

    assert Listing.objects.get(user=owner).handle == "countess"


def test_a_changed_handle_ranks_again_under_another_number(
    signed_in: Client, owner: User, stranger: User, now: datetime
) -> None:
    make_listed(owner, "ada", [call(now)], now=now)
    make_listed(stranger, "bob", [call(now)], now=now)
    before = Listing.objects.get(user=owner).number

    signed_in.post(HANDLE, {"handle": "countess"})
    assert board_of(Client()) == [("1", "bob", "1,200 tokens")]
    take_snapshot(now=now)

    assert sorted(board_of(Client())) == [("1", "bob", "1,200 tokens"), ("1", "countess", "1,200 tokens")]
    assert Listing.objects.get(user=owner).number != before
    assert not Score.objects.filter(listing=before).exists()
    assert not DateScore.objects.filter(listing=before).exists()


def test_the_same_handle_again_changes_nothing(signed_in: Client, owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)

    signed_in.post(HANDLE, {"handle": "ada"})

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]


@pytest.mark.usefixtures("one_period")
@pytest.mark.parametrize("address", [JOIN, HANDLE])
def test_nobody_asks_for_handles_without_end(signed_in: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_views, "HANDLES_BY_USER", replace(HANDLES_BY_USER, amount=2))
    for _ in range(2):
        assert signed_in.post(address, {"handle": "admin"}).status_code == 400

    answer = signed_in.post(address, {"handle": "ada"})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= HANDLES_BY_USER.seconds
    assert Listing.objects.count() == 0


def test_joining_twice_and_leaving_twice_change_nothing(signed_in: Client, owner: User) -> None:
    for handle in ("ada", "countess"):
        assert signed_in.post(JOIN, {"handle": handle}).status_code == 302
    assert Listing.objects.get().handle == "ada"

    for _ in range(2):
        assert signed_in.post(LEAVE).status_code == 302
    assert signed_in.post(HANDLE, {"handle": "countess"}).status_code == 302
    assert Listing.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_handle_at_once_one_gets_it(now: datetime) -> None:
    def join(user: User) -> bool:
        try:
            join_board(user=user, handle="ada", now=now)
        except HandleTaken:
            return False
        return True

    people = [make_person(name) for name in ("first", "second")]

    assert sorted(run_at_once(*(partial(join, user) for user in people))) == [False, True]
    assert Listing.objects.count() == 1
