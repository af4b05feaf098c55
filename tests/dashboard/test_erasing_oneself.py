"""Erasing one's own account in the browser: behind the password and one's address, with two weeks to think again."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.boards.models import Listing
from codextime.boards.services import join_board
from codextime.dashboard.models import AccountErasure
from codextime.dashboard.services import erase_due_accounts
from codextime.devices.services import pair_own_device
from codextime.usage.models import Call
from tests.ingest.uploads import call, envelope, post

ERASE = "/settings/erase"
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def sure(signed_in: Client) -> Client:
    """The owner, who gave their password a moment ago."""
    answer = signed_in.post(f"/accounts/reauthenticate/?next={ERASE}", {"password": "owner's long password"})
    assert answer["Location"] == ERASE
    return signed_in


@pytest.fixture
def token(owner: User) -> str:
    """Of a machine that has sent a call."""
    token = pair_own_device(user=owner, name="Desk", now=timezone.now())[1]
    assert send(token, owner).status_code == 201
    return token


def send(token: str, user: User, upload: int = 1) -> HttpResponse:
    return post(Client(), token, envelope(user, call(upload), upload=upload))


def ask(sure: Client, email: str = " Owner@Example.org ") -> HttpResponse:
    return sure.post(ERASE, {"email": email}, follow=True)


def test_the_password_comes_first(signed_in: Client, owner: User) -> None:
    for answer in (signed_in.get(ERASE), signed_in.post(ERASE, {"email": owner.email})):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")

    assert not AccountErasure.objects.exists()


def test_whoever_types_their_address_is_told_until_when_they_can_keep_the_account(
    sure: Client, owner: User, token: str
) -> None:
    assert owner.email in sure.get(ERASE).text
    due = timezone.now() + TWO_WEEKS

    answer = ask(sure)

    assert f"{due:%b %Y}" in answer.text
    for path in (ERASE, "/settings", "/dashboard"):
        assert "Keep my account" in sure.get(path).text
    assert AccountErasure.objects.get().due_at - due < timedelta(minutes=1)
    assert Call.objects.count() == 1


def test_at_once_machines_are_told_and_the_leaderboard_knows_nobody(sure: Client, owner: User, token: str) -> None:
    join_board(user=owner, handle="ada", now=timezone.now())

    ask(sure)

    answer = send(token, owner, 2)
    assert (answer.status_code, answer.json()["code"]) == (401, "account_erased")
    assert "schedule remove" in answer.json()["detail"]
    assert not Listing.objects.exists()


def test_after_two_weeks_everything_is_gone_but_what_tells_old_trackers(
    sure: Client, owner: User, stranger: User, token: str
) -> None:
    ask(sure)

    assert erase_due_accounts(now=timezone.now() + TWO_WEEKS - timedelta(minutes=1)) == 0
    assert erase_due_accounts(now=timezone.now() + TWO_WEEKS) == 1

    assert list(User.objects.all()) == [stranger]
    assert not Call.objects.exists()
    assert sure.get("/dashboard").status_code == 302
    assert send(token, owner, 2).json()["code"] == "account_erased"


def test_who_thinks_again_keeps_everything_and_pairs_anew(sure: Client, owner: User, token: str) -> None:
    ask(sure)

    assert "Your account stays" in sure.post(f"{ERASE}/keep", follow=True).text

    assert erase_due_accounts(now=timezone.now() + TWO_WEEKS) == 0
    assert Call.objects.filter(user=owner).count() == 1
    assert send(token, owner, 2).json()["code"] == "token_revoked"
    assert send(pair_own_device(user=owner, name="Desk", now=timezone.now())[1], owner, 2).status_code == 201
    assert "Your account stays" in sure.post(f"{ERASE}/keep", follow=True).text


def test_asking_again_does_not_give_more_time(sure: Client, owner: User) -> None:
    ask(sure)
    earlier = timezone.now() - timedelta(days=3)
    AccountErasure.objects.update(due_at=earlier + TWO_WEEKS)

    ask(sure)

    assert AccountErasure.objects.get().due_at == earlier + TWO_WEEKS


@pytest.mark.parametrize("email", ["", "stranger@example.org", "owner@example.com"])
def test_another_address_erases_nothing(sure: Client, owner: User, stranger: User, email: str) -> None:
    answer = ask(sure, email)

    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert not AccountErasure.objects.exists()


def test_who_has_no_password_needs_none(client: Client, owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)

    assert client.post(ERASE, {"email": owner.email})["Location"] == ERASE
    assert AccountErasure.objects.get().user == owner
