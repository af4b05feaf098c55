"""Erasing all usage in the browser; the account stays, and old trackers do not fill it again."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.boards.models import Listing
from codextime.boards.services import join_board
from codextime.boards.snapshots import take_snapshot
from codextime.devices.models import Device
from codextime.devices.services import pair_own_device
from codextime.usage import erasing
from codextime.usage.models import Call, UsageErasure
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.uploads import call, envelope, post
from tests.tables import every_row
from tests.usage.readings import reading, store
from tests.usage.withdrawals import withdraw_something, withdrawal

ERASE = "/settings/erase-usage"


@pytest.fixture
def sure(client: Client, owner: User) -> Client:
    client.force_login(owner)
    client.post(f"/accounts/reauthenticate/?next={ERASE}", {"password": "owner's long password"})
    return client


@pytest.fixture
def token(owner: User) -> str:
    return pair_own_device(user=owner, name="Desk", now=timezone.now())[1]


def fill(user: User, token: str) -> None:
    post(Client(), token, envelope(user, call(1), call(2), label="laptop"))
    withdraw_something(user, 3)
    store(user, reading(4), withdrawals=[withdrawal(5)])
    store(user, reading(4, revision=300, input_tokens=900))
    rebuild_dirty_dates(user_id=user.pk)
    store(user, reading(6))


def rows_of_usage(user: User) -> list[str]:
    tables = {table for table, row in every_row() if json.loads(row).get("user_id") == user.pk}
    return sorted(table for table in tables if table.startswith(("usage_", "ingest_")))


def erase(sure: Client, user: User) -> None:
    sure.post(ERASE, {"email": user.email})
    erasing.erase_usage(user_id=user.pk)


def test_nothing_of_the_usage_is_left_and_nothing_else_is_touched(
    sure: Client, owner: User, stranger: User, token: str
) -> None:
    fill(stranger, pair_own_device(user=stranger, name="Desk", now=timezone.now())[1])
    others = rows_of_usage(stranger)
    fill(owner, token)
    assert len(rows_of_usage(owner)) >= 8

    erase(sure, owner)

    assert rows_of_usage(owner) == ["usage_rebuiltdate", "usage_usageerasure"]
    assert rows_of_usage(stranger) == others
    assert Device.objects.filter(user=owner, revoked_at=None).count() == 1
    assert sure.get("/dashboard").status_code == 200


def test_the_password_and_the_address_come_first(client: Client, owner: User, sure: Client) -> None:
    assert sure.post(ERASE, {"email": "stranger@example.org"}).status_code == 400
    client.logout()
    client.force_login(owner)

    assert client.post(ERASE, {"email": owner.email})["Location"].startswith("/accounts/reauthenticate/")
    assert not UsageErasure.objects.exists()


def test_old_calls_are_not_taken_again_and_new_ones_are(sure: Client, owner: User, token: str) -> None:
    fill(owner, token)
    erase(sure, owner)
    UsageErasure.objects.update(erased_at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC))
    calls = [
        call(1, at="2026-11-20T09:59:59.999Z"),
        call(2),
        call(3, at="never"),
        call(4, at="2025-11-20T10:00:00.000Z"),
    ]

    receipt = post(Client(), token, envelope(owner, *calls, upload=7)).json()

    assert receipt["added"] == 1
    refused = {(row["index"], row["reason"], row["id"]) for row in receipt["refused"]}
    assert refused == {
        (0, "erased_by_owner", f"{1:032x}"),
        (2, "invalid", f"{3:032x}"),
        (3, "erased_by_owner", f"{4:032x}"),
    }
    assert [stored.call_id.int for stored in Call.objects.filter(user=owner)] == [2]


def test_an_upload_sent_again_is_a_new_one(sure: Client, owner: User, token: str) -> None:
    body = envelope(owner, call(1))
    post(Client(), token, body)
    erase(sure, owner)

    assert post(Client(), token, body).json()["refused"][0]["reason"] == "erased_by_owner"


def test_the_leaderboard_follows(sure: Client, owner: User, token: str) -> None:
    fill(owner, token)
    join_board(user=owner, handle="ada", now=timezone.now())
    take_snapshot(now=timezone.now())
    assert Client().get("/leaderboard?period=all").text.count("ada") == 1

    erase(sure, owner)
    take_snapshot(now=timezone.now())

    assert "ada" not in Client().get("/leaderboard?period=all").text
    assert Listing.objects.exists()


def test_a_lost_message_is_found_by_the_sweep(sure: Client, owner: User) -> None:
    sure.post(ERASE, {"email": owner.email})
    later = timezone.now() + timedelta(seconds=6)

    assert erasing.sweep_erasures(now=later) == 1
    assert erasing.erase_usage(user_id=owner.pk)
    assert not erasing.erase_usage(user_id=owner.pk)
    assert erasing.sweep_erasures(now=later) == 0
