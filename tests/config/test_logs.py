"""Log lines: objects that belong to a request, and hold nothing of anybody."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from codextime.accounts.models import User
from codextime.config.celery import drop_request_id, send_request_id, take_request_id
from codextime.devices.services import pair_own_device
from codextime.lib import request_ids
from codextime.lib.json_logs import JsonFormatter
from codextime.lib.redaction import RedactionFilter
from codextime.lib.refusals import RefusalFilter
from codextime.programs.services import make_read_token
from codextime.site.tasks import heartbeat
from tests.gunicorn import served
from tests.ingest.uploads import call, envelope, post

WORD = "sentinel"
SENDER = "203.0.113.77"
SENDER_V6 = "2001:db8:1234:5678::9"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the console gets in production, from everything that logs anything at all."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RefusalFilter())
    handler.addFilter(RedactionFilter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_is_an_object_that_says_which_request_it_belongs_to(client: Client, written: io.StringIO) -> None:
    answer = client.get("/nowhere")

    [line] = [line for line in lines(written) if line["logger"] == "django.request"]
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "django.request",
        "message": "Not Found: /nowhere",
        "request_id": answer["X-Request-Id"],
        "status": 404,
    }


def test_every_answer_has_an_id_of_its_own(client: Client, db: None) -> None:
    ids = {client.get(path)["X-Request-Id"] for path in ("/", "/nowhere", "/static/css/codextime.css", "/readyz")}

    assert len(ids) == 4
    assert all(map(request_ids.is_request_id, ids))
    assert request_ids.current.get() == ""


@pytest.mark.parametrize(
    ("peer", "said", "is_taken"),
    [
        ("10.0.0.9", "from-the-proxy.1", True),
        ("10.0.0.9", "short", False),
        ("10.0.0.9", "x" * 65, False),
        ("10.0.0.9", 'with "quotes" and spaces', False),
        ("203.0.113.7", "from-a-stranger", False),
        ("", "from-a-socket", False),
    ],
)
def test_a_trusted_proxys_id_is_taken_and_nobody_elses(
    client: Client, settings: Settings, peer: str, said: str, is_taken: bool
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]

    answer = client.get("/robots.txt", REMOTE_ADDR=peer, headers={"X-Request-Id": said})

    assert (answer["X-Request-Id"] == said) == is_taken


def test_a_failure_is_one_object_with_its_traceback(
    client: Client, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("codextime.site.selectors.get_operator", lambda: 1 / 0)

    client.get("/contact")

    [line] = [line for line in lines(written) if line["logger"] == "django.request"]
    assert (line["level"], line["status"]) == ("error", 500)
    assert "ZeroDivisionError" in line["error"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"from {SENDER}.", "from 203.0.113.0."),
        (f"peer={SENDER}:443", "peer=203.0.113.0:443"),
        (f"[{SENDER_V6}]:443 left", "[2001:db8:1234::]:443 left"),
        (f"::ffff:{SENDER}", "::ffff:203.0.113.0"),
        ("at 12:34:56 on http://127.0.0.1:8000 and [::1]", "at 12:34:56 on http://127.0.0.1:8000 and [::1]"),
        ("Django 5.2.19 at 1.2.3.4.5", "Django 5.2.19 at 1.2.3.4.5"),
        ("Mail to ada.l+x@example.org failed", "Mail to … failed"),
        ("duplicate key\nDETAIL:  Key (label)=(sentinel) exists.", "duplicate key\nDETAIL: …"),
        ('bad\nCONTEXT:  COPY usage_staging, line 1: "sentinel"', "bad\nCONTEXT: …"),
    ],
)
def test_people_and_what_they_typed_are_cut_out(written: io.StringIO, text: str, shown: str) -> None:
    logging.getLogger("somewhere").error("%s", text)

    assert [line["message"] for line in lines(written)] == [shown]


def test_a_whole_visit_leaves_nothing_of_anybody_in_the_log(
    client: Client, owner: User, now: datetime, written: io.StringIO, settings: Settings
) -> None:
    """Everything that a person and their programs send has the word in it, and comes from known addresses."""
    client.raise_request_exception = False
    _, upload_token = pair_own_device(user=owner, name=f"{WORD} desk", now=now)
    _, read_token = make_read_token(user=owner, name=f"{WORD} script", now=now)
    for sender in (SENDER, SENDER_V6):
        visitor = Client(REMOTE_ADDR=sender, raise_request_exception=False)
        post(visitor, upload_token, envelope(owner, call(1, model=f"gpt-{WORD}"), call(2, **{WORD: WORD}), label=WORD))
        post(visitor, upload_token, f'{{"{WORD}": "{WORD}'.encode())
        visitor.post("/accounts/login/", {"login": f"{WORD}@example.org", "password": WORD})
        visitor.post("/accounts/password/reset/", {"email": owner.email})
        visitor.get(f"/api/v1/totals?label={WORD}&from={WORD}", headers={"Authorization": f"Bearer {read_token}"})
        visitor.get("/api/v1/totals", headers={"Authorization": f"Bearer cxr_{WORD}"})
        visitor.get(f"/sign-in/{WORD}")
        visitor.get("/robots.txt", headers={"Host": "another.example", "Cookie": f"sessionid={WORD}"})
        visitor.force_login(owner)
        visitor.post("/settings/time-zone", {"time_zone": WORD})
        visitor.post("/settings/read-tokens", {"name": WORD * 20})
        with transaction.atomic(), connection.execute_wrapper(fail_with_values):
            visitor.post("/settings/read-tokens", {"name": WORD})

    text = written.getvalue()
    assert len(lines(written)) > 12
    assert "IntegrityError" in text
    for secret in (WORD, owner.email, SENDER, SENDER_V6, upload_token, read_token, owner.password):
        assert secret not in text, next(line for line in text.splitlines() if secret in line)


def fail_with_values(execute: Any, sql: str, *arguments: Any) -> Any:
    """As PostgreSQL does when somebody was first: the error names the row."""
    if sql.startswith('INSERT INTO "programs_readtoken"'):
        sql = "CREATE TEMP TABLE once (name text UNIQUE); INSERT INTO once VALUES ('sentinel'), ('sentinel')"
        arguments = (None, *arguments[1:])
    return execute(sql, *arguments)


def test_a_task_belongs_to_the_request_that_sent_it() -> None:
    task: Any = heartbeat
    headers: dict[str, Any] = {}
    with request_ids.known_as("the-request-itself"):
        send_request_id(headers=headers)

    task.push_request(id="the-task-itself", **headers)
    take_request_id(task=task)
    taken = request_ids.current.get()
    drop_request_id()
    task.pop_request()

    assert (taken, request_ids.current.get()) == ("the-request-itself", "")


@pytest.mark.django_db(transaction=True)
def test_gunicorns_own_lines_are_objects_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEXTIME_LOG_FORMAT", "json")
    monkeypatch.setenv("CODEXTIME_STATIC_ROOT", str(tmp_path))  # one that is there
    with served(tmp_path, "--preload", "--log-level=info") as server:
        pass

    assert django_settings.LOGGING["handlers"]["console"]["formatter"] == "text"  # of the tests themselves
    said = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert any(line["logger"] == "gunicorn.error" and "Listening at" in line["message"] for line in said)
