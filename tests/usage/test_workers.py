"""With a real worker on a real broker, and without one."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Day
from codextime.usage.services import sweep
from tests.at_once import wait_until
from tests.ingest.uploads import call, envelope, post
from tests.usage.brokers import IMPATIENT, broker_at, silent_address
from tests.usage.readings import assert_totals_are_exact
from tests.workers import running_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def token(owner: User, now: datetime) -> str:
    return pair_own_device(user=owner, name="Desk", now=now)[1]


@pytest.fixture
def worker() -> Iterator[None]:
    with running_worker():
        yield


@pytest.fixture(params=["refused", "silent"])
def broker_is_down(request: pytest.FixtureRequest, settings: Settings) -> Iterator[ExitStack]:
    """Neither the broker nor the cache answers, until the stack is closed."""
    with ExitStack() as stack:
        url = "redis://127.0.0.1:1/0" if request.param == "refused" else stack.enter_context(silent_address())
        stack.enter_context(broker_at(url))
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url, "OPTIONS": IMPATIENT}}
        yield stack


@pytest.mark.usefixtures("worker")
def test_uploaded_calls_are_in_the_days_without_a_sweep(client: Client, owner: User, token: str) -> None:
    calls = [call(number) for number in range(500)]

    assert post(client, token, envelope(owner, *calls)).status_code == 201

    wait_until(lambda: Day.objects.filter(user=owner, calls=500).exists())
    assert_totals_are_exact(owner)


def test_without_a_broker_an_upload_is_stored_and_a_sweep_makes_up_for_it(
    client: Client, owner: User, token: str, broker_is_down: ExitStack
) -> None:
    answer = post(client, token, envelope(owner, call(1)))
    broker_is_down.close()

    assert (answer.status_code, Call.objects.count(), DirtyDate.objects.count()) == (201, 1, 1)
    with running_worker():
        sweep(now=DirtyDate.objects.get().marked_at + timedelta(minutes=1))
        wait_until(lambda: Day.objects.exists() and not DirtyDate.objects.exists())
    assert_totals_are_exact(owner)
