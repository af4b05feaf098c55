"""SIGKILL at each commit boundary, before and after it, on both sides: each call is stored once, whatever ended when.

The disturbed run adds calls, replaces one, withdraws one, has one refused and brings a label. Then the same command is
typed again.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from codextime_tracker.cli import main
from codextime_tracker.exits import Exit

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Correction, Source
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import DEADLINE_SECONDS, wait_until
from tests.dying import start_process
from tests.gunicorn import Served, served
from tests.machine import Machine
from tests.peer import Peer, Reply, Request, forwarding
from tests.tracker.homes import append, call, start, turn, write_rollout
from tests.tracker.rollouts import Rollout
from tests.usage.readings import assert_totals_are_exact

ROOT = Path(__file__).resolve().parents[2]
FORK = "01a1fbc8-0000-7000-8000-000000000001"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
A, B, AB = (100, 10, 5, 1), (200, 20, 6, 2), (300, 30, 11, 3)
INPUTS = [100, 200, 1001, 1002, 1003, 1004]
CORRECTIONS = [("completed", 1051, 1051), ("copied_history", 105, 0)]

TRACKER = {
    "before the scan's commit": "codextime_tracker.settling:store_reading exit",
    "after the scan's commit": "codextime_tracker.scanning:Scan.stale_forks entry",
    "before the commit of a fork": "codextime_tracker.settling:Settlement.withdraw exit",
    "after the whole scan": "codextime_tracker.scanning:scan exit",
    "before the destination is known": "codextime_tracker.index:Index.remember_destination entry",
    "after the destination is known": "codextime_tracker.index:Index.remember_destination exit",
    "before the upload is written down": "codextime_tracker.index:Index.begin_upload entry",
    "after the upload is written down": "codextime_tracker.index:Index.begin_upload exit",
    "before the upload is sent": "codextime_tracker.client:Client.upload entry",
    "after the receipt is read": "codextime_tracker.client:Client.upload exit",
    "before a refusal is noted": "codextime_tracker.index:Index.record_refusal entry",
    "after a refusal is noted": "codextime_tracker.index:Index.record_refusal exit",
    "before the cursor moves": "codextime_tracker.index:Index.acknowledge entry",
    "after the cursor moved": "codextime_tracker.index:Index.acknowledge exit",
    "before the label is noted": "codextime_tracker.index:Index.remember_label entry",
    "after the label is noted": "codextime_tracker.index:Index.remember_label exit",
    "before the run is noted": "codextime_tracker.runs:record_run entry",
    "after the run is noted": "codextime_tracker.runs:record_run exit",
}
SERVER = {
    "before calls are added": "codextime.usage.adding:Adding.add entry",
    "after calls are added and their dates marked": "codextime.usage.adding:Adding.add exit",
    "before calls are staged": "codextime.usage.storing:copy_to_staging entry",
    "after calls are staged": "codextime.usage.storing:copy_to_staging exit",
    "after calls are replaced": "codextime.usage.storing:replace_by_staged exit",
    "after calls are withdrawn": "codextime.usage.withdrawing:withdraw exit",
    "before the receipt is stored": "codextime.ingest.services:store exit",
    "before the commit": "codextime.ingest.services:receive_upload exit",
    "after the commit, before the message to the worker": "codextime.usage.services:start_rebuild entry",
    "after the message to the worker": "codextime.usage.services:start_rebuild exit",
    "before the reply": "codextime.ingest.api:UploadsView.post exit",
    "before the reply's first byte": "gunicorn.http.wsgi:Response.write entry",
    "after the reply": "gunicorn.http.wsgi:Response.write exit",
}
WORKER = {
    "before the commit of the totals": "codextime.usage.services:rebuild_some_dates exit",
    "after the commit of the totals": "codextime.usage.services:rebuild_dirty_dates exit",
}
# One on each side of each commit that two programs must agree on; the others come with the soak.
IN_EVERY_RUN = {
    *("before the scan's commit", "after the upload is written down", "after the receipt is read"),
    *("before the cursor moves", "after calls are replaced", "before the commit"),
    *("after the commit, before the message to the worker", "before the reply", "before the commit of the totals"),
}


def table(boundaries: dict[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "place",
        [
            pytest.param(place, id=name, marks=() if name in IN_EVERY_RUN else pytest.mark.soak)
            for name, place in boundaries.items()
        ],
    )


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Its workers die where a request says so, and are started again."""
    with served(tmp_path_factory.mktemp("web"), "--preload", "--config=python:tests.dying") as running:
        yield running


@pytest.fixture
def sent(paired: Machine, line: Peer, web: Served) -> Machine:
    """A machine that sent three calls, two of them of a fork whose parent was missing; and has more to say."""
    line.answers(through(web))
    paired.rollout = write_rollout(paired.home, start(), call(1))
    fork = Rollout(FORK, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(paired.home)
    assert paired().exit == Exit.DONE
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(paired.home)
    append(paired.rollout, turn(), call(2), call(3), call(4), call(5, at="2999-01-01T00:00:00.000Z"))
    return paired


def through(web: Served, **headers: str) -> Callable[[Request], Reply | None]:
    """Forwards, with more headers; hangs up if the server did."""
    forward, host = forwarding(web.url), urlsplit(web.url).netloc

    def answer(request: Request) -> Reply | None:
        try:
            return forward(replace(request, headers=request.headers | {"Host": host} | headers))
        except (OSError, HTTPException):
            return None

    return answer


def start_tracker(machine: Machine, place: str = "") -> Any:
    """In a process of its own."""
    options = ["--server", machine.server, "--label", "laptop", "--codex-home", str(machine.home)]
    return start_process(main, machine.user, *options, place=place)


def how_it_ended(process: Any) -> int:
    process.join(DEADLINE_SECONDS)
    return int(process.exitcode)


def assert_all_is_stored_once(owner: User) -> None:
    calls = Call.objects.filter(user=owner, withdrawn_at=None).order_by("input_tokens")
    assert list(calls.values_list("input_tokens", flat=True)) == INPUTS
    ledger = Correction.objects.filter(user=owner).values_list("reason", "tokens_before", "tokens_after")
    assert sorted(ledger) == CORRECTIONS
    assert Source.objects.get(user=owner).label == "laptop"
    rebuild_dirty_dates(user_id=owner.pk)
    assert not DirtyDate.objects.exists()
    assert_totals_are_exact(owner)


@table(TRACKER)
def test_a_tracker_that_is_killed_loses_and_doubles_nothing(sent: Machine, owner: User, place: str) -> None:
    assert how_it_ended(start_tracker(sent, place)) == -signal.SIGKILL

    assert sent("--label", "laptop").exit == Exit.DONE
    assert_all_is_stored_once(owner)


@pytest.mark.parametrize("is_stored", [False, True], ids=["before the server has it", "after the server stored it"])
def test_a_tracker_that_is_killed_while_it_waits_for_the_receipt_loses_and_doubles_nothing(
    sent: Machine, line: Peer, web: Served, owner: User, is_stored: bool
) -> None:
    def kill(request: Request) -> None:
        if is_stored:
            through(web)(request)
        process.kill()

    line.answers(kill)
    process = start_tracker(sent)
    assert how_it_ended(process) == -signal.SIGKILL
    line.answers(through(web))

    assert sent("--label", "laptop").exit == Exit.DONE
    assert_all_is_stored_once(owner)


@table(SERVER)
def test_a_server_that_is_killed_loses_and_doubles_nothing(
    sent: Machine, line: Peer, web: Served, owner: User, place: str
) -> None:
    kills = web.log.read_text().count("SIGKILL")
    line.answers(through(web, **{"Die-At": place}), through(web))

    assert sent("--label", "laptop").exit == Exit.DONE
    wait_until(lambda: web.log.read_text().count("SIGKILL") == kills + 1)
    assert_all_is_stored_once(owner)


@table(WORKER)
def test_a_worker_that_is_killed_leaves_what_it_did_not_finish(
    sent: Machine, web: Served, owner: User, place: str
) -> None:
    assert sent("--label", "laptop").exit == Exit.DONE
    task = f"from codextime.usage.tasks import rebuild_user; rebuild_user({owner.pk})"
    dying = f"from tests.dying import die_at; die_at({place!r}); {task}"
    command = [sys.executable, "-m", "django", "shell", "--no-imports", "-c", dying]

    assert subprocess.run(command, cwd=ROOT, env=web.environment, check=False).returncode == -signal.SIGKILL

    assert_all_is_stored_once(owner)
