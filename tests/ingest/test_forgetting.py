"""Receipts are kept for as long as a tracker may ask for them, and not for ever."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.ingest import services
from codextime.ingest.models import Upload
from codextime.usage.models import Call
from tests.ingest.uploads import call, envelope, post

pytestmark = pytest.mark.django_db

KEPT = timedelta(days=90)


def record_upload(user: User, number: int, at: datetime) -> None:
    Upload.objects.create(user=user, upload_id=UUID(int=number), body_hash=b"", receipt={}, received_at=at)


def numbers_of(user: User) -> list[int]:
    return sorted(upload.upload_id.int for upload in Upload.objects.filter(user=user))


def test_uploads_are_forgotten_after_ninety_days_but_for_the_newest(owner: User, stranger: User, now: datetime) -> None:
    for number in (1, 2, 3):
        record_upload(owner, number, now + timedelta(seconds=number))
    record_upload(stranger, 1, now)

    assert services.forget_uploads(now=now + KEPT + timedelta(seconds=2)) == 1
    assert numbers_of(owner) == [2, 3]
    services.forget_uploads(now=now + 9 * KEPT)
    assert (numbers_of(owner), numbers_of(stranger)) == ([3], [1])


def test_more_uploads_than_one_transaction_takes_are_all_forgotten(
    owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "UPLOADS_PER_TRANSACTION", 4)
    for number in range(10):
        record_upload(owner, number, now + timedelta(seconds=number))

    assert services.forget_uploads(now=now + 2 * KEPT) == 9


def test_one_run_forgets_no_more_than_its_share(owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "UPLOADS_PER_TRANSACTION", 2)
    monkeypatch.setattr(services, "UPLOADS_PER_RUN", 4)
    for number in range(10):
        record_upload(owner, number, now + timedelta(seconds=number))

    assert services.forget_uploads(now=now + 2 * KEPT) == 4
    assert numbers_of(owner) == [4, 5, 6, 7, 8, 9]


def test_an_upload_sent_again_after_its_receipt_was_forgotten_doubles_nothing(
    client: Client, owner: User, token: str
) -> None:
    post(client, token, envelope(owner, call(1), call(2)))
    Upload.objects.all().delete()

    again = post(client, token, envelope(owner, call(1), call(2)))

    assert (again.json()["added"], again.json()["already_there"], Call.objects.count()) == (0, 2, 2)
