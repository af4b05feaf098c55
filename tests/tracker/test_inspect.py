"""`codextime-tracker inspect PATH`: what a rollout holds, why it is counted as it is, and that nothing is kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.index import Index
from codextime_tracker.places import data_folder
from codextime_tracker.scanning import scan

from tests.tracker.conftest import Tracker
from tests.tracker.homes import THREAD, call, line, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA, by_file

PARENT = "01a1fbca-a638-7000-8000-00000000000f"


def inspected(tracker: Tracker, *lines: str) -> Any:
    path = write_rollout(tracker.home, *lines)
    return json.loads(tracker.raw("inspect", str(path), "--json").out)


def test_kinds_calls_and_models_are_shown_and_nothing_is_stored_or_sent(tracker: Tracker) -> None:
    run = tracker.raw("inspect", str(tracker.rollout))

    assert run.exit == Exit.DONE
    assert f"Thread     {THREAD}, begun by Codex 0.169.0" in run.out
    assert "Lines      3 token_usage_record" in run.out
    assert "Lines      1 turn_context" in run.out
    assert "Calls      3 calls of gpt-5-codex, 3,156 tokens" in run.out
    assert "Copied     nothing says that it is a fork" in run.out
    assert list(data_folder().iterdir()) == []
    assert tracker.peer.requests == []


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_every_real_rollout_has_the_calls_that_a_scan_finds(tracker: Tracker, corpus: Path) -> None:
    with Index.in_memory() as index:
        scan(index, corpus / "home")
        expected = by_file(index.calls())

    for path in sorted((corpus / "home").rglob("rollout-*.jsonl*")):
        shown = json.loads(tracker.raw("inspect", str(path), "--json").out)
        counts = expected.get(path.name.removesuffix(".zst"), {})
        assert {model: each["calls"] for model, each in shown["models"].items()} == {
            model: each["calls"] for model, each in counts.items()
        }


@pytest.mark.parametrize(
    ("release", "unlogged"),
    [("0.36.0", 2), ("0.63.0", 0), ("0.80.0", 1), ("0.130.0", 1), ("0.153.4", 0), ("0.169.0", 0)],
)
def test_trap_9_compactions_without_a_logged_call_are_pointed_out(
    tracker: Tracker, release: str, unlogged: int
) -> None:
    home = next(corpus for corpus in CORPORA if corpus.name == release) / "home"

    shown = [json.loads(tracker.raw("inspect", str(path), "--json").out) for path in home.rglob("rollout-*.jsonl")]

    assert sum(each["compactions"]["unlogged"] for each in shown) == unlogged
    assert sum(each["compactions"]["logged"] for each in shown) > 0 or release == "0.36.0"


def test_the_rule_for_a_copied_start_is_told(tracker: Tracker) -> None:
    own = turn(turn_id="01a1fbca-a700-7000-8000-000000000001")
    fork = start(forked_from_id=PARENT, cli_version="0.130.0"), start(PARENT), turn(turn_id="01a1fbca-0000-7000-8000-1")

    shown = inspected(tracker, *fork, own, call(1))

    assert shown["calls"] == 1
    assert shown["copied"]["rule"] == "lines before its first own turn are its parent's, as its `session_meta` says"


def test_estimates_and_damaged_lines_are_told_with_their_reason(tracker: Tracker) -> None:
    path = write_rollout(tracker.home, start(), call(1), "{torn\n", '{"type": "nine"')

    run = tracker.raw("inspect", str(path))

    assert "Estimates  1 call: no line of the log names the model" in run.out
    assert "Lines      2 no JSON" in run.out
    assert "Left out   1 damaged line was left out" in run.out
    assert "Left out   its last line is not finished yet" in run.out


def test_a_rollout_of_the_first_releases_says_that_there_is_no_data(tracker: Tracker) -> None:
    home = next(corpus for corpus in CORPORA if corpus.name == "0.23.0") / "home"

    run = tracker.raw("inspect", str(next(home.rglob("rollout-*.jsonl"))))

    assert "No data    the Codex that wrote it logged no usage" in run.out


def test_names_from_a_log_cannot_steer_the_terminal(tracker: Tracker) -> None:
    path = write_rollout(tracker.home, start(), turn("gpt\x1b[2J"), line("k\x1b[1m", {"type": "\x07"}), call(1))

    shown = tracker.raw("inspect", str(path)).out

    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.mark.parametrize("name", ["missing.jsonl", "sessions"])
def test_what_is_no_file_is_a_message(tracker: Tracker, name: str) -> None:
    run = tracker.raw("inspect", str(tracker.home / name))

    assert run.exit == Exit.NOTHING_TO_READ
    assert "Name one rollout" in run.err
