"""Moderators hide, show and release in the admin, with a reason and a line that stays."""

import re
from datetime import datetime
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from codextime.accounts.models import User
from codextime.boards.admin import ListingForm
from codextime.boards.models import HeldDate, HiddenAccount, Listing, ModerationEvent, Score
from codextime.boards.services import join_board, leave_board
from codextime.boards.snapshots import take_snapshot
from tests.boards.people import board_of, make_listed
from tests.boards.test_holding import IMPOSSIBLE
from tests.conftest import make_person
from tests.usage.burning import call

PAGES = ("/admin/", "/admin/boards/listing/", "/admin/boards/helddate/", "/admin/boards/moderationevent/")


@pytest.fixture
def moderator(db: None) -> User:
    user = make_person("moderator")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def admin(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


@pytest.fixture
def listed(owner: User, now: datetime) -> str:
    """The address at which the owner's listing is moderated."""
    make_listed(owner, "ada", [call(now)], now=now)
    return f"/admin/boards/listing/{Listing.objects.get().number}/change/"


def test_a_hidden_account_is_off_the_board_at_once_and_its_owner_sees_why(
    admin: Client, moderator: User, owner: User, listed: str, now: datetime
) -> None:
    assert admin.post(listed, {"is_hidden": "on", "why": "Invented figures."}).status_code == 302

    assert board_of(Client()) == []
    assert Score.objects.count() == 0
    [event] = ModerationEvent.objects.all()
    assert (event.moderator, event.user, event.action, event.reason) == (moderator, owner, "hide", "Invented figures.")
    client = Client()
    client.force_login(owner)
    assert "Invented figures." in client.get("/settings").text
    assert "Hidden by a moderator." in client.get("/leaderboard").text


def test_leaving_and_coming_back_does_not_bring_a_hidden_account_back(
    admin: Client, owner: User, listed: str, now: datetime
) -> None:
    admin.post(listed, {"is_hidden": "on", "why": "Invented figures."})

    leave_board(user=owner, now=now)
    join_board(user=owner, handle="countess", now=now)
    take_snapshot(now=now)

    assert board_of(Client()) == []
    assert Score.objects.count() == 0


def test_a_shown_account_ranks_again(admin: Client, listed: str, now: datetime) -> None:
    admin.post(listed, {"is_hidden": "on", "why": "Invented figures."})

    assert admin.post(listed, {"why": "They were real."}).status_code == 302
    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens")]
    assert HiddenAccount.objects.count() == 0
    assert [event.action for event in ModerationEvent.objects.order_by("pk")] == ["hide", "show"]


@pytest.mark.parametrize("data", [{"is_hidden": "on", "why": " "}, {"is_hidden": "on"}, {"why": "Nothing to do."}])
def test_nothing_happens_without_a_reason_or_a_change(admin: Client, listed: str, data: dict[str, str]) -> None:
    answer = admin.post(listed, data)

    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert ModerationEvent.objects.count() == 0
    assert len(board_of(Client())) == 1


@pytest.mark.parametrize("is_hidden", [True, False])
def test_who_is_erased_while_a_moderator_looks_is_simply_not_there(
    admin: Client, owner: User, listed: str, monkeypatch: pytest.MonkeyPatch, is_hidden: bool
) -> None:
    if not is_hidden:
        admin.post(listed, {"is_hidden": "on", "why": "Invented figures."})
    monkeypatch.setattr(ListingForm, "clean_why", lambda form: owner.delete() and form.data["why"], raising=False)

    answer = admin.post(listed, {"is_hidden": "on" if is_hidden else "", "why": "Too late."})

    assert answer.status_code == 404
    assert ModerationEvent.objects.filter(reason="Too late.").count() == 0


def test_a_deactivated_account_leaves_no_gap_on_the_board_and_an_activated_one_is_back(
    owner: User, stranger: User, listed: str, now: datetime
) -> None:
    make_listed(stranger, "bob", [call(now, tokens=(500, 0, 0, 0, 0))], now=now)
    client = Client()
    client.force_login(owner)

    call_command("deactivate_account", "owner@example.org", stdout=StringIO())

    assert board_of(Client()) == [("1", "bob", "500 tokens")]
    assert "1 ranked" in Client().get("/leaderboard").text.replace("\u00a0", " ")
    assert client.get("/dashboard").status_code == 302

    call_command("activate_account", "owner@example.org", stdout=StringIO())
    take_snapshot(now=now)

    assert board_of(Client()) == [("1", "ada", "1,200 tokens"), ("2", "bob", "500 tokens")]


def test_a_held_date_is_released_with_a_reason(admin: Client, owner: User, now: datetime) -> None:
    make_listed(owner, "ada", IMPOSSIBLE["tokens"], now=now)
    address = f"/admin/boards/helddate/{HeldDate.objects.get().pk}/change/"
    assert "in one minute" in admin.get(address).text

    assert admin.post(address, {"why": "A batch on an own cluster."}).status_code == 302
    take_snapshot(now=now)

    assert len(board_of(Client())) == 1
    [event] = ModerationEvent.objects.all()
    assert (event.action, event.on) == ("release", HeldDate.objects.get().on)
    assert admin.post(address, {"why": "Once more."}).status_code == 403


def test_nobody_else_gets_in_or_learns_that_there_is_something(client: Client, owner: User, listed: str) -> None:
    for address in (*PAGES, listed):
        client.logout()
        assert client.get(address)["Location"].startswith("/accounts/login/?next=/admin/")
        client.force_login(owner)
        assert client.get(address).status_code == 404
        assert client.post(address, {"is_hidden": "on", "why": "Mine."}).status_code == 404
    assert HiddenAccount.objects.count() == 0


def test_pages_of_moderation_keep_to_the_security_policy_and_show_no_address(
    admin: Client, owner: User, listed: str
) -> None:
    admin.post(listed, {"is_hidden": "on", "why": "Invented figures."})
    for address in (*PAGES, listed, "/admin/boards/listing/?q=ada"):
        answer = admin.get(address)
        assert answer.status_code == 200
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?! src=| [^>]*src=)[^>]*>| style=| on[a-z]+=|<style", answer.text), address
        assert owner.email not in answer.text


def test_a_line_of_the_log_can_be_neither_changed_nor_deleted(admin: Client, owner: User, listed: str) -> None:
    admin.post(listed, {"is_hidden": "on", "why": "Invented figures."})

    for change in ("UPDATE boards_moderationevent SET reason = 'Nice figures.'", "DELETE FROM boards_moderationevent"):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    owner.delete()

    [event] = ModerationEvent.objects.all()
    assert (event.user, event.reason) == (None, "Invented figures.")
    assert LogEntry.objects.count() == 0  # where Django would keep the handle
