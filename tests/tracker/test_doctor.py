"""`codextime-tracker doctor`: each thing that can be wrong is found, with what to do and the exit code of a run."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker.credentials import Pairing, remember_pairing
from codextime_tracker.exits import Exit
from codextime_tracker.index import Index
from codextime_tracker.locking import one_run_at_a_time
from codextime_tracker.places import CREDENTIALS, INDEX, data_folder
from codextime_tracker.schema import SCHEMA_VERSION

from tests.machine import Run
from tests.peer import Reply, Request, stored_everything
from tests.ports import find_free_port
from tests.tracker.conftest import TOKEN, USER, Tracker
from tests.tracker.homes import append, call, start, write_rollout
from tests.tracker.rollouts import CORPORA
from tests.tracker.test_sync import refusing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def doctor(tracker: Tracker, *arguments: str) -> Run:
    return tracker.raw("doctor", "--server", tracker.server, "--codex-home", str(tracker.home), *arguments)


def answering(request: Request) -> Reply:
    """A server whose clock shows noon and which knows our token."""
    if request.method == "POST":
        return stored_everything(request)
    return Reply(200, {"user": USER, "protocols": [1]}, {"Date": "Sat, 21 Nov 2026 12:00:00 GMT"})


@pytest.fixture
def healthy(tracker: Tracker) -> Tracker:
    """After a first run."""
    tracker.now = NOON
    tracker.peer.answers(answering)
    tracker()
    tracker.peer.requests.clear()
    return tracker


def test_a_healthy_machine_is_told_so_and_nothing_is_changed(healthy: Tracker) -> None:
    before = (data_folder() / INDEX).read_bytes()

    run = doctor(healthy)

    assert run.exit == Exit.DONE
    assert run.out.endswith("Nothing is wrong.\n")
    assert "ok         versions: tracker" in run.out
    assert "is sound and holds 3 calls" in run.out
    assert "ok         clock: agrees with the server's" in run.out
    assert f"ok         token: works, for {USER}" in run.out
    assert [request.method for request in healthy.peer.requests] == ["GET"]
    assert (data_folder() / INDEX).read_bytes() == before
    assert TOKEN not in run.out + run.err


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (None, Exit.UNREACHABLE, "problem    server:"),
        (Reply(503, {}), Exit.SERVER_BUSY, "cannot take it now"),
        (Reply(401, {"detail": "Revoked."}), Exit.TOKEN_REFUSED, "problem    token:"),
        (Reply(404, {}), Exit.SERVER_REFUSED, "has no Codextime behind it"),
        (Reply(200, {"user": USER, "protocols": [9]}), Exit.SERVER_REFUSED, "pipx upgrade codextime-tracker"),
        (Reply(200, b"<html>"), Exit.SERVER_REFUSED, "problem    server:"),
    ],
)
def test_a_server_that_would_stop_a_run_has_its_exit_code(healthy: Tracker, reply: Any, code: int, said: str) -> None:
    healthy.peer.answers(reply)

    run = doctor(healthy)

    assert run.exit == code
    assert said in run.out
    assert "\n1 problem, " in run.out
    assert healthy.waits == []


def test_each_pairing_is_asked_and_a_token_that_was_refused_before_is_told(
    healthy: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CODEXTIME_TOKEN")
    remember_pairing(data_folder() / CREDENTIALS, Pairing(healthy.server, USER, "cxt_mine"))
    remember_pairing(data_folder() / CREDENTIALS, Pairing(healthy.server, "u_another", ""))

    run = doctor(healthy)

    assert run.exit == Exit.TOKEN_REFUSED
    assert f"token: works, for {USER}" in run.out
    assert "codextime-tracker login u_another" in run.out


def test_a_token_of_another_account_is_a_problem(healthy: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODEXTIME_TOKEN")
    remember_pairing(data_folder() / CREDENTIALS, Pairing(healthy.server, "u_another", "cxt_mine"))

    assert "the one for u_another opens another account" in doctor(healthy).out


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(seconds=50), "ok         clock: agrees"),
        (timedelta(minutes=3), "note       clock: this machine's is 3 minutes ahead of the server's"),
        (timedelta(days=-1), "behind the server's"),
    ],
)
def test_a_clock_that_is_a_minute_off_is_told(healthy: Tracker, ahead: timedelta, said: str) -> None:
    healthy.now = NOON + ahead

    run = doctor(healthy)

    assert said in run.out
    assert run.exit == Exit.DONE


def test_a_machine_that_was_never_paired_is_told_how(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODEXTIME_TOKEN")

    run = tracker.raw("doctor", "--codex-home", str(tracker.home))

    assert run.exit == Exit.DONE
    assert "codextime-tracker login <userId> --server URL" in run.out
    assert "note       index: there is none yet" in run.out
    assert tracker.peer.requests == []


def test_what_waits_and_what_was_refused_is_told(healthy: Tracker) -> None:
    healthy.peer.answers(refusing("in_the_future", 0), answering)
    append(healthy.rollout, call(4))
    healthy()
    append(healthy.rollout, call(5))
    healthy.raw("status", "--codex-home", str(healthy.home))
    healthy.peer.answers(answering)

    shown = doctor(healthy).out

    assert f"note       waiting: 1 call for {USER}" in shown
    assert "note       refused: 1 call: in the future" in shown
    assert "Was this machine's clock wrong?" in shown


def test_estimates_are_told_by_their_reason(healthy: Tracker) -> None:
    other = "01a1fbca-a638-7000-8000-000000000002"
    write_rollout(healthy.home, start(other), call(7, thread=other), thread=other)
    healthy()

    assert "note       estimates: 1 call: no line of the log names the model" in doctor(healthy).out


def test_skipped_files_and_lines_are_told_each_time(healthy: Tracker) -> None:
    append(healthy.rollout, "{torn\n")
    (healthy.home / "sessions" / "rollout-\x1b[2J.jsonl").mkdir()
    healthy()

    shown = doctor(healthy).out

    assert "1 damaged line was left out" in shown
    assert "it has the name of a rollout but is not a file" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(("release", "told"), [("0.36.0", "2 compactions in 2 rollouts"), ("0.169.0", None)])
def test_trap_9_compactions_that_were_never_logged_are_unknowable(
    healthy: Tracker, release: str, told: str | None
) -> None:
    shutil.copytree(next(corpus for corpus in CORPORA if corpus.name == release) / "home", healthy.home / "more")
    (healthy.home / "more").rename(healthy.home / "sessions" / "more")

    shown = doctor(healthy).out

    assert ("unknowable" in shown) == bool(told)
    assert told is None or f"note       unknowable: {told} without a logged call" in shown


def test_old_logs_and_deleted_rollouts_are_no_problem(healthy: Tracker) -> None:
    healthy.rollout.unlink()
    healthy.raw("status", "--codex-home", str(healthy.home))
    oldest = next(corpus for corpus in CORPORA if corpus.name == "0.23.0") / "home"

    run = doctor(healthy, "--codex-home", str(oldest))

    assert run.exit == Exit.DONE
    assert "ok         archive: 3 calls of rollouts that were deleted are kept" in run.out
    assert "note       no data: 13 files of old Codex releases" in run.out


def test_a_missing_home_is_a_problem(healthy: Tracker, tmp_path: Path) -> None:
    run = doctor(healthy, "--codex-home", str(tmp_path / "nowhere"))

    assert run.exit == Exit.NOTHING_TO_READ
    assert "Run Codex once, or name its folder with --codex-home DIR." in run.out


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:16384] + b"\xff" * 16384)


def age(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()


def renew(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (damage, Exit.CANNOT_WRITE, "Delete it, or let the next run set it aside"),
        (lambda path: path.write_bytes(b"no database at all"), Exit.CANNOT_WRITE, "file is not a database"),
        (age, Exit.DONE, "The next run brings it up to date."),
        (renew, Exit.CANNOT_WRITE, "written by a newer tracker"),
    ],
)
def test_an_index_that_is_not_as_it_should_be_is_told_and_left_alone(
    healthy: Tracker, change: Any, code: int, said: str
) -> None:
    path = data_folder() / INDEX
    change(path)
    before = path.read_bytes()

    run = doctor(healthy)

    assert run.exit == code
    assert said in run.out
    assert path.read_bytes() == before


def test_files_that_others_may_read_are_told_with_the_command_that_mends_it(healthy: Tracker) -> None:
    path = data_folder() / INDEX
    path.chmod(0o644)

    assert f"chmod 600 {path}" in doctor(healthy).out
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_damaged_file_of_tokens_is_told(healthy: Tracker) -> None:
    (data_folder() / CREDENTIALS).write_text("{")

    run = doctor(healthy)

    assert run.exit == Exit.CANNOT_WRITE
    assert "is damaged. Delete it and pair this machine again." in run.out


def test_a_run_that_is_at_work_is_not_disturbed(healthy: Tracker) -> None:
    with Index.open(data_folder() / INDEX), one_run_at_a_time(data_folder() / INDEX):
        assert doctor(healthy).exit == Exit.DONE


def test_scripts_get_json(healthy: Tracker) -> None:
    healthy.server = f"http://localhost:{find_free_port()}"

    run = doctor(healthy, "--json")

    told = json.loads(run.out)
    assert told["exit"] == run.exit == Exit.UNREACHABLE
    assert {"state": "problem", "about": "server"}.items() <= next(
        each for each in told["findings"] if each["state"] == "problem"
    ).items()


def test_a_home_without_rollouts_is_told_with_what_to_do(healthy: Tracker, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    run = healthy.raw("doctor", "--server", healthy.server, "--codex-home", str(tmp_path / "new"))

    assert f"note       skipped: {tmp_path / 'new'}: it has no folder of sessions. Run Codex once" in run.out
    assert "inspect PATH" not in run.out


def test_a_token_of_the_environment_that_is_none_is_told_and_the_rest_is_looked_at(
    healthy: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEXTIME_TOKEN", TOKEN[:-1])
    healthy.peer.requests.clear()

    run = doctor(healthy)

    assert run.exit == Exit.USAGE
    assert "problem    token: CODEXTIME_TOKEN holds no upload token" in run.out
    assert "logs: " in run.out
    assert healthy.peer.requests == []
    assert TOKEN[:-1] not in run.out
