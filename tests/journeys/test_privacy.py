"""What a log holds besides counts goes nowhere: no request, no table, no log and no output of the tracker has it.

A home is planted with a word wherever Codex writes what is the user's; then the word is searched for wherever the real
tracker and the real server could have left it.
"""

import gzip
import logging
import socket
from pathlib import Path

import pytest
from codextime_tracker.exits import Exit
from django.db import connection
from django.test import Client

from codextime.accounts.models import User
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.journeys.test_pairing import decide
from tests.machine import Machine
from tests.peer import Peer, Request
from tests.tracker.homes import THREAD, call, line, start, turn, write_rollout

WORD = "sentinel"
TOOL_OUTPUT = f'{{"type":"token_usage_record","payload":{{"{WORD}":"key"}}}}'


def planted_home(folder: Path) -> Path:
    """A home in which everything but the counts holds the word."""
    home = folder / f"{WORD}-home"
    git = {"branch": f"{WORD}-branch", "repository_url": f"git@example.org:{WORD}.git", "commit_hash": WORD}
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"{WORD} prompt"}]}
    output = {"type": "function_call_output", "call_id": WORD, "output": TOOL_OUTPUT}
    write_rollout(
        home,
        start(cwd=f"/home/{WORD}/project", git=git, instructions=WORD, originator=WORD, agent_nickname=WORD),
        line("response_item", message),
        turn(f"/models/{WORD}.gguf", cwd=f"/home/{WORD}", user_instructions=WORD, summary=WORD),
        call(1),
        line("response_item", output),
        line("event_msg", {"type": "agent_message", "message": f"{WORD} answer"}),
        line(f"{WORD}_type", {WORD: WORD}),
        turn(f"{WORD}-model"),
        call(2),
    )
    (home / "session_index.jsonl").write_text(f'{{"id":"{THREAD}","thread_name":"{WORD}"}}\n')
    (home / "history.jsonl").write_text(f'{{"text":"{WORD}"}}\n')
    return home


def every_byte_of(request: Request) -> str:
    """The path with its query, the headers, and the body unpacked."""
    body = gzip.decompress(request.body) if "Content-Encoding" in request.headers else request.body
    return f"{request.path}\n{request.headers}\n{body.decode('utf-8', 'replace')}"


def every_row() -> str:
    """All rows of all tables of the database, as text."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        texts = []
        for name in names:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{name}" t')
            texts += [row for (row,) in cursor.fetchall()]
    return "\n".join(texts)


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
    rebuild_dirty_dates(user_id=owner.pk)
    dashboard = website.get("/dashboard")

    assert run.exit == Exit.DONE
    assert list(Call.objects.filter(user=owner).values_list("model__name", flat=True)) == ["custom", "custom"]
    sent = "\n".join(every_byte_of(request) for request in line.requests)
    places = {
        "requests": sent,
        "tables": every_row(),
        "logs": caplog.text,
        "output": run.out + run.err,
        "dashboard": dashboard.content.decode(),
    }
    assert "input_tokens" in sent
    assert "input_tokens" in places["tables"]
    private = [WORD, THREAD, "rollout-2026", "resp_000001"]
    found = [(place, word) for place, text in places.items() for word in private if word in text.lower()]
    assert found == []


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
    assert secret not in caplog.text + run.out + run.err + every_row()
