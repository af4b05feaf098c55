"""Erasing one's own account in the browser: behind the password and one's address, with two weeks to think again."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts.models import AccountErasure, User
from codextime.accounts.services import AccountBeingErased
from codextime.accounts.tasks import tell_of_erasures
from codextime.boards.models import Listing
from codextime.boards.services import join_board
from codextime.dashboard.services import erase_due_accounts
from codextime.devices.models import Device
from codextime.devices.services import approve_pairing, pair_own_device, redeem_pairing, start_pairing
from codextime.exports.models import Export
from codextime.programs.models import ReadToken
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


def test_meanwhile_nothing_new_begins_and_a_sentence_says_how_to_keep_the_account(sure: Client, owner: User) -> None:
    started = start_pairing(requested_user=owner.public_id, now=timezone.now())
    asked_before = {"code": started.user_code, "name": "Desk"}
    ask(sure)
    started = start_pairing(requested_user=owner.public_id, now=timezone.now())

    paired = sure.post("/devices/pair/approve", {"code": started.user_code, "name": "Desk"})
    joined = sure.post("/settings/leaderboard/join", {"handle": "ada"})
    made = sure.post("/settings/read-tokens", {"name": "status bar"})

    assert [answer.status_code for answer in (paired, joined, made)] == [409, 400, 400]
    for answer in (paired, joined, made):
        assert "Your account is going to be erased" in answer.text
        assert "keep" in answer.text
    assert sure.post("/devices/pair/approve", asked_before).status_code == 404
    assert [kind.objects.count() for kind in (Device, Listing, ReadToken)] == [0, 0, 0]


def test_a_machine_that_was_approved_before_gets_no_token(owner: User) -> None:
    """Who approves in the moment in which the account's pairings are forgotten."""
    started = start_pairing(requested_user=owner.public_id, now=timezone.now())
    approve_pairing(user_code=started.user_code, approver=owner, name="Desk", now=timezone.now())
    AccountErasure.objects.create(user=owner, asked_at=timezone.now(), due_at=timezone.now() + TWO_WEEKS)

    grant = "urn:ietf:params:oauth:grant-type:device_code"
    form = {"grant_type": grant, "client_id": "codextime-tracker", "device_code": started.device_code}
    answer = Client().post("/api/v1/device/token", urlencode(form), "application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")
    assert "keeps it" in answer.json()["error_description"]
    with pytest.raises(AccountBeingErased):
        redeem_pairing(device_code=started.device_code, now=timezone.now())
    with pytest.raises(AccountBeingErased):
        pair_own_device(user=owner, name="Desk", now=timezone.now())


def test_meanwhile_an_export_can_be_made(sure: Client, owner: User) -> None:
    ask(sure)

    assert "being made" in sure.post("/settings/export", follow=True).text

    assert Export.objects.get().user == owner


def test_a_mail_says_once_until_when_and_how_the_account_can_be_kept(
    sure: Client, owner: User, settings: Settings
) -> None:
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    ask(sure)
    AccountErasure.objects.update(due_at="2026-12-05T20:30Z")

    for _ in range(2):
        tell_of_erasures()

    [message] = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == "Your account will be erased on 6 Dec 2026"
    assert "6 Dec 2026, 05:30 (Asia/Tokyo)" in message.body
    assert f"“Keep my account”:\n\n{settings.BASE_URL}/settings\n" in message.body


def test_a_mail_that_the_mail_server_did_not_take_is_sent_later(sure: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(sure)

    with monkeypatch.context() as away:
        away.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        tell_of_erasures()
    tell_of_erasures()

    assert len(mail.outbox) == 1


def refuse(*_: object) -> int:
    raise SMTPServerDisconnected


def test_who_keeps_the_account_first_and_who_has_a_server_without_mail_gets_none(
    sure: Client, settings: Settings
) -> None:
    ask(sure)
    sure.post(f"{ERASE}/keep")
    tell_of_erasures()

    settings.HAS_MAIL = False
    assert ask(sure).status_code == 200
    tell_of_erasures()

    assert not mail.outbox
