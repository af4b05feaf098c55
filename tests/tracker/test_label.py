"""`codextime-tracker label NAME`: one small request, and no call is sent again."""

import json
from pathlib import Path

import pytest
from codextime_tracker.credentials import Pairing, read_pairings, remember_pairing
from codextime_tracker.exits import Exit
from codextime_tracker.places import CREDENTIALS, data_folder

from tests.machine import Run
from tests.peer import Reply, stored_everything
from tests.tracker.conftest import USER, Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout


def label(tracker: Tracker, name: str, *arguments: str) -> Run:
    homes = [] if "--codex-home" in arguments else ["--codex-home", str(tracker.home)]
    return tracker.raw("label", name, "--server", tracker.server, *homes, *arguments)


@pytest.fixture
def paired(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """After a first run."""
    tracker()
    monkeypatch.delenv("CODEXTIME_TOKEN")
    remember_pairing(data_folder() / CREDENTIALS, Pairing(tracker.server, USER, "cxt_mine"))
    tracker.peer.requests.clear()
    return tracker


def test_the_label_travels_alone_for_the_one_who_is_paired_here(paired: Tracker) -> None:
    append(paired.rollout, call(4))

    run = label(paired, "work laptop")

    [upload] = [request.json() for request in paired.uploads]
    assert run.exit == Exit.DONE
    assert 'What this Codex home sends is now called "work laptop"' in run.out
    assert (upload["label"], upload["calls"], upload["user"]) == ("work laptop", [], USER)


def test_scripts_are_told_what_has_the_label(paired: Tracker) -> None:
    shown = json.loads(label(paired, "work laptop", "--json").out)

    assert shown == {"server": paired.server, "user": USER, "label": "work laptop", "sources": 1}


def test_what_waits_goes_with_the_next_run_without_the_label(paired: Tracker) -> None:
    append(paired.rollout, call(4))
    label(paired, "work laptop")

    paired("--label", "work laptop")

    upload = paired.uploads[-1].json()
    assert [row["input_tokens"] for row in upload["calls"]] == [1004]
    assert "label" not in upload


def test_a_label_that_was_changed_in_the_browser_can_be_set_again(paired: Tracker) -> None:
    label(paired, "laptop")
    label(paired, "laptop")

    assert [request.json()["label"] for request in paired.uploads] == ["laptop", "laptop"]


def test_several_homes_get_the_same_label_each_as_its_own_source(paired: Tracker, tmp_path: Path) -> None:
    write_rollout(tmp_path / "two", start(), turn(), call(9))

    run = label(paired, "desk", "--codex-home", str(paired.home), "--codex-home", str(tmp_path / "two"))

    assert "What these 2 Codex homes send" in run.out
    assert len({request.json()["source"] for request in paired.uploads}) == 2


def test_a_machine_that_is_not_paired_is_told_how(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODEXTIME_TOKEN")

    nobody, unpaired = label(tracker, "desk"), label(tracker, "desk", USER)

    assert (nobody.exit, unpaired.exit) == (Exit.NOT_PAIRED, Exit.NOT_PAIRED)
    assert "begin with: codextime-tracker login" in nobody.err
    assert f"codextime-tracker login {USER}" in unpaired.err
    assert tracker.peer.requests == []


def test_with_two_users_it_asks_whose(paired: Tracker) -> None:
    remember_pairing(data_folder() / CREDENTIALS, Pairing(paired.server, "u_another", "cxt_theirs"))

    assert "Whose?" in label(paired, "desk").err
    assert label(paired, "desk", "u_another").exit == Exit.DONE
    assert paired.uploads[-1].json()["user"] == "u_another"


def test_a_refused_token_is_forgotten_and_the_server_stays_known(paired: Tracker) -> None:
    paired.peer.answers(Reply(401, {"detail": "Revoked."}), stored_everything)

    assert label(paired, "desk").exit == Exit.TOKEN_REFUSED
    assert read_pairings(data_folder() / CREDENTIALS) == [Pairing(paired.server, USER, "")]
