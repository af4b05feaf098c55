"""Runs on a machine that is not paired: the whole command, against a server on loopback."""

import stat
import sys
from pathlib import Path

import pytest
from codextime_tracker.credentials import read_pairings
from codextime_tracker.exits import Exit
from codextime_tracker.locking import note_of_waiting, one_run_at_a_time
from codextime_tracker.places import CREDENTIALS, INDEX, data_folder

from tests.machine import Run
from tests.peer import Reply, stored_everything
from tests.tracker.conftest import USER, Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout
from tests.tracker.test_pairing import APPROVED, PENDING, started

OTHER_THREAD = "01a1fbca-a638-7000-8000-000000000002"


@pytest.fixture
def unpaired(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    monkeypatch.delenv("CODEXTIME_TOKEN")
    return tracker


def test_the_first_run_pairs_and_from_then_on_the_id_is_enough(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, PENDING, APPROVED, stored_everything)
    first = unpaired()
    append(unpaired.rollout, call(4))

    second = unpaired.raw(USER, "--codex-home", str(unpaired.home))

    assert (first.exit, second.exit) == (Exit.DONE, Exit.DONE)
    assert [len(request.json()["calls"]) for request in unpaired.uploads] == [3, 1]
    assert {request.headers["Authorization"] for request in unpaired.uploads} == {"Bearer cxt_secret"}


def test_the_first_run_shows_the_code_and_says_what_never_leaves(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, APPROVED, stored_everything)

    run = unpaired()

    assert "BCDF-GHJK" in run.err
    assert "Prompts, answers, code" in run.err
    assert "cxt_" not in run.out + run.err


def test_a_denied_pairing_sends_nothing(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, Reply(400, {"error": "access_denied"}))

    run = unpaired()

    assert run.exit == Exit.NOT_PAIRED
    assert "denied" in run.err
    assert unpaired.uploads == []


def test_ctrl_c_while_waiting_is_clean(unpaired: Tracker) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    unpaired.peer.answers(started)
    unpaired.while_waiting = press

    run = unpaired()

    assert run.exit == Exit.INTERRUPTED
    assert "Stopped." in run.err
    assert "Traceback" not in run.err


def test_a_token_that_was_revoked_is_dropped_and_the_next_run_pairs_again(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, APPROVED, Reply(401, {"detail": "This token was revoked."}))
    refused = unpaired()
    unpaired.peer.answers(started, APPROVED, stored_everything)

    again = unpaired.raw(USER, "--codex-home", str(unpaired.home))

    assert refused.exit == Exit.TOKEN_REFUSED
    assert "run the same command again" in refused.err
    assert again.exit == Exit.DONE
    assert "Sent       3 calls: 3 new" in again.out


def test_a_token_that_is_revoked_between_two_uploads_costs_neither(unpaired: Tracker, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_rollout(other, start(OTHER_THREAD), turn(), call(9, OTHER_THREAD), thread=OTHER_THREAD)
    homes = ("--codex-home", str(other))
    revoked = Reply(401, {"detail": "This token was revoked."})
    unpaired.peer.answers(started, APPROVED, stored_everything, revoked)
    refused = unpaired(*homes)
    unpaired.peer.answers(started, APPROVED, stored_everything)

    again, after = unpaired(*homes), unpaired(*homes)

    first, second, third = ([row["input_tokens"] for row in each.json()["calls"]] for each in unpaired.uploads)
    assert refused.exit == Exit.TOKEN_REFUSED
    assert f"Waiting on this machine: {len(second)} call" in refused.err
    assert sorted(first + third) == [1001, 1002, 1003, 1009]
    assert second == third
    assert again.exit == Exit.DONE
    assert "nothing new" in after.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the user's folder instead")
def test_only_the_owner_may_read_what_the_tracker_keeps(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, APPROVED, stored_everything)

    unpaired()

    files = [path for path in data_folder().iterdir() if not path.name.endswith(".lock")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(data_folder().stat().st_mode) == 0o700


def test_logging_out_forgets_the_token_and_says_where_to_revoke_it(unpaired: Tracker) -> None:
    unpaired.peer.answers(started, APPROVED, stored_everything)
    unpaired()

    first, second = unpaired.raw("logout", USER), unpaired.raw("logout")

    assert f"revoke it: {unpaired.peer.address}/devices" in first.out
    assert "no token to forget" in second.out
    assert read_pairings(data_folder() / CREDENTIALS) == []


def test_with_a_damaged_file_of_tokens_the_machine_is_paired_anew(unpaired: Tracker) -> None:
    path: Path = data_folder() / CREDENTIALS
    path.write_text('{"pairings": [{"server": 1}]}')
    path.chmod(0o600)
    unpaired.peer.answers(started, APPROVED, stored_everything)

    run = unpaired()

    assert run.exit == Exit.DONE
    assert f"kept as {path}.damaged-1" in run.err
    assert len(read_pairings(path)) == 1


def test_a_run_beside_one_that_waits_for_approval_says_what_it_waits_for(unpaired: Tracker) -> None:
    def run_beside() -> None:
        unpaired.while_waiting = None
        beside.append(unpaired())

    beside: list[Run] = []
    unpaired.peer.answers(started, APPROVED, stored_everything)
    unpaired.while_waiting = run_beside

    first, again = unpaired(), unpaired()

    assert beside[0].exit == Exit.ALREADY_RUNNING
    assert "waiting for approval in the browser" in beside[0].err
    assert (first.exit, again.exit) == (Exit.DONE, Exit.DONE)


def test_a_pairing_that_was_killed_is_not_taken_for_one_that_waits(tracker: Tracker) -> None:
    index = data_folder() / INDEX
    with one_run_at_a_time(index):
        note_of_waiting(index).touch()
    with one_run_at_a_time(index):
        run = tracker()

    assert run.exit == Exit.ALREADY_RUNNING
    assert "approval" not in run.err
