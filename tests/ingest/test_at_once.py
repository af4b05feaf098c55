"""Uploads at the same moment, through the URL and on real connections."""

from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.ingest.models import Upload
from codextime.usage.models import Call, ModelName, Source
from tests.at_once import run_at_once
from tests.ingest.uploads import call, envelope, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org")


def pair(user: User, now: datetime) -> str:
    return pair_own_device(user=user, name="Desk", now=now)[1]


@pytest.mark.parametrize("_round", range(3))
def test_the_same_upload_at_once_is_stored_once_and_gets_one_receipt(owner: User, now: datetime, _round: int) -> None:
    token, upload = pair(owner, now), envelope(owner, *(call(number) for number in range(300)))

    answers = run_at_once(*[partial(post, Client(), token, upload)] * 4)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert (Call.objects.count(), Upload.objects.count()) == (300, 1)


def test_two_new_machines_at_once_store_each_call_once(owner: User, now: datetime) -> None:
    calls = [call(number, model=f"gpt-{number % 50}") for number in range(600)]
    uploads = [
        envelope(owner, *calls[:400], upload=1, source="a" * 32),
        envelope(owner, *reversed(calls[200:]), upload=2, source="b" * 32),
    ]

    answers = run_at_once(*(partial(post, Client(), pair(owner, now), upload) for upload in uploads))

    assert [answer.status_code for answer in answers] == [201, 201]
    assert sum(answer.json()["added"] for answer in answers) == 600 == Call.objects.count()
    assert (Source.objects.count(), ModelName.objects.count()) == (2, 50)


def test_two_users_who_bring_the_same_new_models_do_not_block_each_other(
    owner: User, transactional_db: None, now: datetime
) -> None:
    other = User.objects.create_user("other@example.org")
    calls = [call(number, model=f"gpt-{number}") for number in range(100)]
    uploads = [(owner, envelope(owner, *calls)), (other, envelope(other, *reversed(calls)))]

    answers = run_at_once(*(partial(post, Client(), pair(user, now), upload) for user, upload in uploads))

    assert [answer.json()["added"] for answer in answers] == [100, 100]
    assert ModelName.objects.count() == 100


def test_without_the_database_an_upload_is_told_to_come_back(owner: User, now: datetime) -> None:
    token, upload = pair(owner, now), envelope(owner, call(1))

    def post_without_database() -> Any:
        connection.settings_dict = connection.settings_dict | {"HOST": "/nowhere"}  # of this thread only
        return post(Client(), token, upload)

    [answer] = run_at_once(post_without_database)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
