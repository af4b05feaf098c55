"""Uploads on the wire while the broker or the database does not answer: gunicorn at the end of lines that are cut."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.ingest.models import Upload
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Day
from codextime.usage.services import sweep
from tests.at_once import DEADLINE_SECONDS, wait_until
from tests.gunicorn import Served, served
from tests.ingest.uploads import URL, call, envelope
from tests.usage.readings import assert_totals_are_exact
from tests.workers import running_worker

pytestmark = pytest.mark.django_db(transaction=True)
OUTAGES = ["cut", pytest.param("fall_silent", marks=pytest.mark.soak)]  # of silence one learns by waiting


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def token(owner: User, now: datetime) -> str:
    return pair_own_device(user=owner, name="Desk", now=now)[1]


@pytest.fixture
def server(owner: User, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


def upload(server: Served, token: str, user: User, number: int) -> httpx.Response:
    body = gzip.compress(json.dumps(envelope(user, call(number), upload=number)).encode())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    return httpx.post(server.url + URL, content=body, headers=headers, timeout=DEADLINE_SECONDS)


@pytest.mark.parametrize("outage", OUTAGES)
def test_while_the_broker_is_away_uploads_are_stored_at_once_and_swept_later(
    server: Served, owner: User, token: str, outage: str
) -> None:
    assert upload(server, token, owner, 1).status_code == 201
    getattr(server.broker, outage)()

    answers = [upload(server, token, owner, number) for number in (2, 3)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert "Traceback" not in server.log.read_text()
    assert Call.objects.count() == 3
    # Asked before the worker starts: the message of the first upload may be all that it needs.
    later = DirtyDate.objects.latest("marked_at").marked_at + timedelta(minutes=1)
    with running_worker():
        sweep(now=later)
        wait_until(lambda: Day.objects.filter(calls=3).exists() and not DirtyDate.objects.exists())
    assert_totals_are_exact(owner)


@pytest.mark.parametrize("outage", OUTAGES)
def test_while_the_database_is_away_uploads_and_pairings_are_told_to_come_back(
    server: Served, owner: User, token: str, outage: str
) -> None:
    assert upload(server, token, owner, 1).status_code == 201
    getattr(server.database, outage)()
    server.database.hang_up()

    answers = [
        upload(server, token, owner, 2),
        httpx.post(
            f"{server.url}/api/v1/device/authorization",
            data={"client_id": "codextime-tracker", "user": owner.public_id},
            timeout=DEADLINE_SECONDS,
        ),
    ]

    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.json()["code"] == "unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    assert Upload.objects.count() == 1
