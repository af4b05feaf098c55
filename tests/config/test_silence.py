"""A database or broker that is gone, or falls silent on an open connection: answers that come, and say so."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.lib.patience import patience, seconds_left
from tests.at_once import wait_until
from tests.gunicorn import broker_address, database_address
from tests.ingest.uploads import URL, call, envelope
from tests.lines import Line, line_to
from tests.usage.brokers import IMPATIENT

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 0.2  # seconds

Lose = Callable[[str], None]


@pytest.fixture
def line(transactional_db: None) -> Iterator[Line]:
    """The line by which this process reaches its database."""
    kept = {key: connection.settings_dict[key] for key in ("HOST", "PORT")}
    connection.close()
    with line_to(database_address()) as line:
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": line.port}
        yield line
        connection.close()
        connection.settings_dict |= kept


@pytest.fixture
def lose(line: Line, settings: Settings) -> Lose:
    """Loses the database in one of the ways of a line; from then on requests wait for a moment only."""

    def lose(how: str) -> None:
        getattr(line, how)()
        settings.READING_SECONDS = settings.WRITING_SECONDS = settings.HEALTH_SECONDS = SOON

    return lose


class Browser(Client):
    """Tells errors as pages, and connections from one request to the next as gunicorn's are."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False)

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        close_old_connections()  # Django's test client leaves it away
        return answer


@pytest.fixture
def client() -> Browser:
    return Browser()


@pytest.fixture
def signed_in(client: Browser, owner: User) -> Browser:
    client.force_login(owner)
    return client


def running_sleeps() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'")
        return int(cursor.fetchone()[0])


def test_what_runs_too_long_is_ended_here_and_in_the_database() -> None:
    with patience(SOON), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    close_old_connections()

    wait_until(lambda: running_sleeps() == 0)


def test_an_inner_patience_makes_the_outer_no_longer() -> None:
    with patience(SOON), patience(60):
        left = seconds_left()

    assert 0 < (left or 0) <= SOON
    assert seconds_left() is None


@pytest.mark.parametrize("how", ["cut", "fall_silent"])
def test_a_page_says_that_the_database_is_away_and_when_to_come_back(
    how: str, lose: Lose, signed_in: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    assert signed_in.get("/settings").status_code == 200
    lose(how)

    for answer in (signed_in.get("/settings"), signed_in.post("/settings/time-zone")):
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert "no-store" in answer["Cache-Control"]
        assert "cannot reach its database" in answer.text
    assert not [record for record in caplog.records if record.exc_info]


def test_it_is_back_as_soon_as_the_database_is(lose: Lose, line: Line, signed_in: Browser, settings: Settings) -> None:
    patience_before = settings.READING_SECONDS
    lose("fall_silent")
    assert signed_in.get("/settings").status_code == 503

    line.is_silent, settings.READING_SECONDS = False, patience_before

    assert signed_in.get("/settings").status_code == 200


@pytest.mark.parametrize("how", ["cut", "fall_silent"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_at_once(how: str, path: str, lose: Lose, client: Browser) -> None:
    assert client.get("/healthz").status_code == 200
    lose(how)

    answer = client.get(path)

    assert answer.status_code == 503
    assert "127.0.0.1" not in answer.text


def test_readiness_is_told_though_the_broker_is_silent(db: None, client: Browser, settings: Settings) -> None:
    with line_to(broker_address()) as line:
        line.fall_silent()
        url = f"redis://127.0.0.1:{line.port}/0"
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url, "OPTIONS": IMPATIENT}}

        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert [name for name, check in answer.json()["checks"].items() if check["is_ok"]] == ["database", "totals"]


def test_an_upload_is_told_to_come_back(lose: Lose, owner: User, now: datetime, client: Browser) -> None:
    _device, token = pair_own_device(user=owner, name="Desk", now=now)
    body = gzip.compress(json.dumps(envelope(owner, call(1), upload=1)).encode())
    lose("fall_silent")

    answer = client.post(
        URL,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"},
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_what_nobody_has_to_ask_the_database_for_is_still_served(lose: Lose, client: Browser) -> None:
    lose("cut")

    assert client.get("/help").status_code == 200


def test_without_the_broker_nobody_signs_in_and_pages_say_so(client: Browser, settings: Settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    person = {"login": "owner@example.org", "password": "owner's long password"}

    answer = client.post("/accounts/login/", person)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


def test_a_defect_is_still_a_defect(signed_in: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codextime.site.selectors.get_operator", lambda: 1 / 0)

    answer = signed_in.get("/contact")

    assert (answer.status_code, answer.has_header("Retry-After")) == (500, False)
    assert "Something went wrong on our side" in answer.text
