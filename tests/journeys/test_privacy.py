"""What a log holds besides counts goes nowhere: no request, no table, no log and no output of the tracker has it.

A home is planted with a word wherever Codex writes what is the user's; then the word is searched for wherever the real
tracker and the real server could have left it.
"""

import gzip
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from codextime_tracker.exits import Exit
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.config import env
from codextime.devices.services import pair_own_device
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.uploads import call as call_row
from tests.ingest.uploads import envelope, post
from tests.journeys.test_pairing import decide
from tests.keys import every_key
from tests.machine import Machine
from tests.peer import Peer, Request
from tests.planted import WORD, found_in, planted_home
from tests.runtime.running import Up, make_data_folder, sign_in
from tests.tables import every_row
from tests.tracker.homes import call, start, turn, write_rollout


def every_byte_of(request: Request) -> str:
    """The path with its query, the headers, and the body unpacked."""
    body = gzip.decompress(request.body) if "Content-Encoding" in request.headers else request.body
    return f"{request.path}\n{request.headers}\n{body.decode('utf-8', 'replace')}"


def every_row_as_text() -> str:
    return "\n".join(row for _, row in every_row())


def test_nothing_but_counts_leaves_the_machine(
    machine: Machine,
    website: Client,
    line: Peer,
    owner: User,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = planted_home(tmp_path)
    monkeypatch.setattr(socket, "gethostname", lambda: f"{WORD}-host")
    for name in ("USER", "LOGNAME", "HOSTNAME"):
        monkeypatch.setenv(name, WORD)
    caplog.set_level(logging.DEBUG)
    decide(machine, website, "approve")

    run = machine("--no-browser", home=home)
    broker = "\n".join(every_key(env.REDIS_URL, env.NAMESPACE))
    rebuild_dirty_dates(user_id=owner.pk)
    dashboard = website.get("/dashboard")

    assert run.exit == Exit.DONE
    assert list(Call.objects.filter(user=owner).values_list("model__name", flat=True)) == ["custom", "custom"]
    sent = "\n".join(every_byte_of(request) for request in line.requests)
    places = {
        "requests": sent,
        "tables": every_row_as_text(),
        "broker": broker,
        "logs": caplog.text,
        "output": run.out + run.err,
        "dashboard": dashboard.content.decode(),
    }
    assert "input_tokens" in sent
    assert "input_tokens" in places["tables"]
    assert "usage.rebuild_user" in places["broker"]
    assert "rate:uploads-of-device" in places["broker"]
    assert found_in(places) == []


def test_what_a_foreign_client_adds_to_an_upload_is_kept_nowhere(
    client: Client, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, token = pair_own_device(user=owner, name="Laptop", now=timezone.now())
    odd = [call_row(2, **{WORD: WORD}), call_row(3, model=f"/home/{WORD}"), call_row(4, reason=WORD), WORD]
    headers = {"User-Agent": WORD, "X-Project": WORD, "Referer": f"https://example.org/{WORD}", "Cookie": f"{WORD}=1"}

    stored = post(client, token, envelope(owner, call_row(1), *odd), **headers)
    refused = post(client, token, envelope(owner, upload=2, **{WORD: WORD}), **headers)
    damaged = post(client, token, f"{{{WORD}".encode(), **headers)

    assert [answer.status_code for answer in (stored, refused, damaged)] == [201, 400, 400]
    assert stored.json()["added"] == 1
    broker = "\n".join(every_key(env.REDIS_URL, env.NAMESPACE))
    assert found_in({"tables": every_row_as_text(), "logs": caplog.text, "broker": broker}) == []


@pytest.fixture
def planted_up(tmp_path: Path) -> Iterator[Up]:
    """A whole server on the machine of somebody whose home, name and host hold the word."""
    person = tmp_path / f"{WORD}-person"
    person.mkdir()
    up = Up(
        make_data_folder(), SYNC="1", CODEX_HOME=str(planted_home(person)), HOME=str(person), USER=WORD, HOSTNAME=WORD
    )
    yield up
    up.end()


@pytest.mark.soak
def test_no_file_of_a_real_server_holds_more_than_counts(planted_up: Up) -> None:
    """PostgreSQL's own files included, and every log."""
    planted_up.wait_for("Sent       2 calls")
    with httpx.Client() as browser:
        sign_in(planted_up.login_link(), browser)
        [user] = set(re.findall(r"u_\w{14}", browser.get(f"{planted_up.url}/devices").text))
    state = json.loads((planted_up.data / "state.json").read_text())
    broker = "\n".join(every_key(state["redis_url"]))

    assert planted_up.interrupt() == 0

    program = planted_up.data / "static/admin"  # Django's own scripts, one of which has a variable of this name
    files = [path for path in planted_up.data.rglob("*") if path.is_file() and program not in path.parents]
    assert {"web.log", "worker.log", "beat.log", "broker.log", "postgresql.log"} <= {path.name for path in files}
    places = {str(path): path.read_bytes().decode("latin-1") for path in files}
    assert any(user in text for text in places.values())  # what is stored is found
    assert found_in(places | {"broker": broker}) == []


def test_lines_that_cannot_be_read_are_reported_without_a_word_of_theirs(
    paired: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    damaged = f'{{"timestamp":"{WORD}","type":"token_usage_record","payload":"{WORD}"}}\n'
    write_rollout(paired.home, start(), turn(), damaged, f"{WORD} is no JSON\n", call(1))

    run = paired()

    assert run.exit == Exit.DONE
    assert "Sent       1 call: 1 new" in run.out
    assert "Skipped" in run.out
    assert WORD not in run.out + run.err + caplog.text


def test_the_upload_token_is_in_no_log_no_table_and_no_output(
    machine: Machine, website: Client, line: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    decide(machine, website, "approve")

    run = machine("--no-browser")

    [token] = {request.headers["Authorization"] for request in line.requests if request.path == "/api/v1/uploads"}
    secret = token.removeprefix("Bearer ")
    assert secret.startswith("cxt_")
    assert secret not in caplog.text + run.out + run.err + every_row_as_text()
