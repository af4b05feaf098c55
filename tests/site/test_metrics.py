"""The operator's metrics: who may read them, that they count what happens, and that they name nobody."""

import os
import re
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.ingest import limits
from codextime.lib import metrics
from codextime.lib.heartbeats import keep_heartbeat
from codextime.lib.rate_limits import RateLimit
from codextime.usage.models import Slot
from codextime.usage.tasks import check_sample, rebuild_user
from tests.at_once import wait_until
from tests.ingest.uploads import call, envelope, post
from tests.usage.brokers import silent_address
from tests.usage.burning import burn
from tests.usage.burning import call as reading

TOKEN = "a-token-for-monitoring"
SAMPLE = re.compile(r'([a-z_]+)(?:\{[a-z]+="[^"]*"\})? -?[0-9.e+-]+')


@pytest.fixture
def monitored(settings: Settings, db: None) -> None:
    settings.METRICS_TOKEN = TOKEN
    if timer := metrics.outbox.timer:
        timer.cancel()  # else what another test counted sends what this one counts, at some moment of it
    metrics.outbox.forget()


@pytest.fixture
def token(owner: User, now: datetime) -> str:
    return pair_own_device(user=owner, name="Secret desk", now=now)[1]


def scrape_text() -> str:
    return Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text


def scrape() -> dict[str, float]:
    """Every sample as Prometheus would take it."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines)
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_without_a_word_of_the_operator_nobody_reads_them(client: Client, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_operators_token_opens_them_and_no_other_does(client: Client, monitored: None, token: str) -> None:
    answers = [
        client.get("/metrics", headers={"Authorization": text}) for text in ("", f"Bearer {token}", f"Basic {TOKEN}")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert client.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("sender", "status"), [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("11.1.2.3", 404), ("fd00::1", 404), ("", 404)]
)
def test_a_network_that_the_operator_names_reads_them(
    client: Client, settings: Settings, db: None, sender: str, status: int
) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.0.0.0/8")]

    assert client.get("/metrics", REMOTE_ADDR=sender).status_code == status


def test_what_a_stranger_claims_of_an_address_counts_for_nothing(client: Client, settings: Settings, db: None) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.0.0.0/8")]

    answer = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "10.1.2.3"})

    assert answer.status_code == 404


def test_uploads_and_what_became_of_their_calls_are_counted(
    client: Client, monitored: None, owner: User, token: str
) -> None:
    first = envelope(owner, call(1), call(2), call(3, at="2999-01-01T00:00:00.000Z"))
    for body in (first, first, envelope(owner, call(1), call(2, revision=258), upload=2), {}):
        post(client, token, body)
    post(client, "cxt_wrong", first)

    samples = scrape()

    expected = {
        'codextime_uploads_total{result="stored"}': 2,
        'codextime_uploads_total{result="repeated"}': 1,
        'codextime_uploads_refused_total{code="invalid"}': 1,
        'codextime_uploads_refused_total{code="token_unknown"}': 1,
        'codextime_calls_total{result="added"}': 2,
        'codextime_calls_total{result="already_there"}': 1,
        'codextime_calls_total{result="replaced"}': 1,
        'codextime_calls_refused_total{reason="in_the_future"}': 1,
        'codextime_receipt_seconds_bucket{le="+Inf"}': 3,
        "codextime_receipt_seconds_count": 3,
        'codextime_responses_total{status="201"}': 2,
        'codextime_responses_total{status="401"}': 1,
        "codextime_dirty_dates": 1,
    }
    assert {name: samples[name] for name in expected} == expected
    assert samples["codextime_receipt_seconds_sum"] > 0


def test_rebuilds_and_what_waits_for_them_are_counted(monitored: None, owner: User) -> None:
    burn(owner, reading("2026-11-19T12:00Z"), reading("2026-11-20T12:00Z"), is_rebuilt=False)
    waiting = scrape()
    rebuild_user(owner.pk)

    rebuilt = scrape()

    assert waiting["codextime_dirty_dates"] == 2
    assert waiting["codextime_dirty_date_age_seconds"] > 0
    assert (rebuilt["codextime_dirty_dates"], rebuilt["codextime_dirty_date_age_seconds"]) == (0, 0)
    assert (rebuilt["codextime_dates_rebuilt_total"], rebuilt["codextime_rebuild_seconds_count"]) == (2, 1)


def test_totals_that_the_nightly_check_finds_wrong_are_counted(monitored: None, owner: User) -> None:
    burn(owner, reading("2026-11-19T12:00Z"))
    check_sample()
    assert scrape()["codextime_totals_differences_total"] == 0

    Slot.objects.update(calls=7)
    check_sample()

    assert scrape()["codextime_totals_differences_total"] == 3  # the slots, and what is not theirs: days and hours


@pytest.mark.usefixtures("one_period")
def test_a_limit_that_was_reached_is_counted_by_its_name(
    client: Client, monitored: None, owner: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_OF_DEVICE", RateLimit("uploads-of-device", amount=1, seconds=60))
    for upload in (1, 2, 3):
        post(client, token, envelope(owner, upload=upload))

    assert scrape()['codextime_limits_reached_total{limit="uploads-of-device"}'] == 2


def test_tasks_that_wait_for_a_worker_are_counted(monitored: None) -> None:
    before = scrape()["codextime_queue_length"]

    current_app.send_task("site.heartbeat")

    assert scrape()["codextime_queue_length"] == before + 1
    current_app.control.purge()


def test_nothing_of_a_user_is_in_them(client: Client, monitored: None, owner: User, token: str) -> None:
    secret = "gpt-my-own-secret"
    post(
        client,
        token,
        envelope(owner, call(1, model=secret), call(2, secretfield=1), label="secret label", secretother=1),
    )
    post(client, token, envelope(owner, call(1, model=secret), call(2, secretfield=1), label="secret label"))

    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

    assert 'reason="unknown_field"' in text
    for word in ("secret", owner.public_id, owner.email, token[-4:]):
        assert word not in text.lower()


def test_what_is_counted_while_the_cache_is_silent_waits_for_it(
    client: Client, monitored: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    there = settings.CACHES
    with silent_address() as address:
        quick = there["default"]["OPTIONS"] | {"socket_timeout": 0.05}
        settings.CACHES = {"default": there["default"] | {"LOCATION": address, "OPTIONS": quick}}
        statuses = [client.get(path).status_code for path in ("/robots.txt", "/nowhere")]
        metrics.outbox.send()
    settings.CACHES = there

    assert statuses == [200, 404]
    assert "what was counted waits" in caplog.text
    assert scrape()['codextime_responses_total{status="404"}'] == 1


def test_what_is_counted_is_sent_within_a_second(client: Client, monitored: None) -> None:
    client.get("/nowhere")

    wait_until(lambda: not metrics.outbox.samples and metrics.read().get("codextime_responses_total|404") == 1)

    assert scrape()['codextime_responses_total{status="404"}'] == 1


def test_processes_count_together(monitored: None) -> None:
    for _ in range(2):
        child = os.fork()
        if not child:
            metrics.DATES_REBUILT.add(amount=2)
            metrics.outbox.send()
            os._exit(0)
        os.waitpid(child, 0)

    assert scrape()["codextime_dates_rebuilt_total"] == 4


def test_a_silent_database_and_a_silent_broker_are_told(monitored: None, settings: Settings) -> None:
    there = settings.CACHES
    assert (scrape()["codextime_database_up"], scrape()["codextime_broker_up"]) == (1, 1)

    settings.CACHES = {"default": there["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert scrape()["codextime_broker_up"] == 0


def test_every_metric_of_the_alert_list_is_there_and_every_metric_has_an_alert(monitored: None) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()
    keep_heartbeat("worker", now=timezone.now())

    listed = set(re.findall(r"^# TYPE (\w+) ", scrape_text(), flags=re.MULTILINE))
    named = {name.removesuffix("_bucket") for name in re.findall(r"codextime_[a-z_]+", text)}

    assert named == listed


def test_every_counter_is_listed_before_it_counts(monitored: None) -> None:
    text = scrape_text()

    assert {f"# TYPE {metric.name} " in text for metric in metrics.ALL} == {True}
