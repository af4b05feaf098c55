"""What an operator's monitoring is told, by real services."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.config.beat import HeartbeatScheduler
from codextime.config.celery import app
from codextime.lib.heartbeats import keep_heartbeat, last_heartbeats
from codextime.usage.mark_models import DirtyDate
from tests.at_once import wait_until
from tests.workers import running_worker

pytestmark = pytest.mark.django_db(transaction=True)


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["checks"]


def failing(checks: dict[str, Any]) -> set[str]:
    return {name for name, check in checks.items() if not check["is_ok"]}


@pytest.fixture
def all_alive() -> None:
    now = timezone.now()
    keep_heartbeat("worker", now=now)
    keep_heartbeat("beat", now=now)


def test_a_real_turn_of_beat_and_a_real_worker_make_it_ready(client: Client) -> None:
    assert failing(ask(client)[1]) == {"worker", "beat"}

    HeartbeatScheduler(app=app, schedule={}).tick()
    with running_worker():
        app.send_task("site.heartbeat")
        wait_until(lambda: last_heartbeats("worker", now=timezone.now())["worker"] is not None)

    assert failing(ask(client)[1]) == set()
    assert client.get("/readyz").json()["ready"] is True
    assert "no-store" in client.get("/readyz")["Cache-Control"]


@pytest.mark.parametrize("process", ["worker", "beat"])
@pytest.mark.parametrize("ago", [timedelta(minutes=5), timedelta(minutes=-5, seconds=-25)])  # or a clock was put right
def test_a_silent_process_is_named(ago: timedelta, process: str, client: Client, all_alive: None) -> None:
    keep_heartbeat(process, now=timezone.now() - ago)

    status, checks = ask(client)

    assert (status, failing(checks)) == (503, {process})
    assert 300 <= checks[process]["seconds"] < 330


@pytest.mark.parametrize(("minutes", "late"), [(1, set()), (10, {"totals"})])
def test_totals_that_nobody_makes_are_late(
    minutes: int, late: set[str], client: Client, owner: User, all_alive: None
) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    DirtyDate.objects.create(user=owner, on=at.date(), marked_at=at)

    status, checks = ask(client)

    assert (status, failing(checks)) == (503 if late else 200, late)
    assert minutes * 60 <= checks["totals"]["seconds"] < minutes * 60 + 30


def test_without_the_broker_it_says_so_and_nothing_about_it(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://secret:word@127.0.0.1:1/0"}}

    status, checks = ask(client)

    assert (status, failing(checks)) == (503, {"broker", "worker", "beat"})
    assert "secret" not in str(checks)


def test_without_the_database_it_says_so_and_nothing_about_it(client: Client, all_alive: None) -> None:
    def refuse(*_arguments: object) -> None:
        raise OperationalError("could not connect to the socket of somebody's machine")

    with connection.execute_wrapper(refuse):
        status, checks = ask(client)

    assert (status, failing(checks)) == (503, {"database", "totals"})
    assert "somebody" not in str(checks)


def test_it_costs_one_query(client: Client, all_alive: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        client.get("/readyz")


def test_a_heartbeat_without_the_broker_stops_nobody_and_is_missed(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    keep_heartbeat("beat", now=timezone.now())

    assert "beat" in failing(ask(client)[1])
