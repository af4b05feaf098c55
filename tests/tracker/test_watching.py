"""Following a home: what is written goes out at once, and a server that is away is waited for."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.watching import LOOKS_TO_A_THOROUGH_ONE, Watch

from tests.peer import Reply, stored_everything
from tests.tracker.conftest import Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout

THREAD = "01a1fbca-a638-7000-8000-000000000002"


def follow(tracker: Tracker, *steps: Callable[[], object]) -> int:
    """What happens at each wait; then somebody presses Ctrl-C."""
    rest = list(steps)

    def step() -> None:
        if not rest:
            raise KeyboardInterrupt
        rest.pop(0)()

    tracker.while_waiting = step
    return tracker("--watch").exit


def nothing() -> None:
    """Goes on in the same second."""


def sent(tracker: Tracker) -> list[list[int]]:
    return [[row["input_tokens"] for row in request.json()["calls"]] for request in tracker.uploads]


def test_what_is_appended_is_sent_in_a_small_batch(tracker: Tracker) -> None:
    ended = follow(tracker, lambda: append(tracker.rollout, call(4)), nothing, lambda: append(tracker.rollout, call(5)))

    assert ended == Exit.INTERRUPTED
    assert sent(tracker) == [[1001, 1002, 1003], [1004], [1005]]


def test_a_new_thread_is_sent(tracker: Tracker) -> None:
    follow(tracker, lambda: write_rollout(tracker.home, start(THREAD), turn(), call(9, THREAD), thread=THREAD), nothing)

    assert sent(tracker) == [[1001, 1002, 1003], [1009]]


def test_while_nothing_is_written_nothing_is_asked(tracker: Tracker) -> None:
    follow(tracker, *[nothing] * (LOOKS_TO_A_THOROUGH_ONE + 5))

    assert len(tracker.peer.requests) == 1
    assert set(tracker.waits) == {2.0}


def test_a_server_that_is_away_is_waited_for(tracker: Tracker) -> None:
    def away() -> None:
        append(tracker.rollout, call(4))
        tracker.peer.answers(*[Reply(503)] * 5, stored_everything)

    follow(tracker, away, *[nothing] * 6)

    assert sent(tracker)[-1] == [1004]


def test_a_refused_token_ends_it(tracker: Tracker) -> None:
    def revoke() -> None:
        append(tracker.rollout, call(4))
        tracker.peer.answers(Reply(401, {}))

    assert follow(tracker, revoke, nothing) == Exit.TOKEN_REFUSED


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_rollout(tmp_path, start(), turn(), call(1))
    return tmp_path


def rollout_of(home: Path) -> Path:
    [path] = home.rglob("rollout-*")
    return path


def test_an_old_thread_that_is_resumed_is_seen_by_the_next_thorough_look(home: Path) -> None:
    os.utime(rollout_of(home), (0, 0))
    seen = Watch([home])
    append(rollout_of(home), call(2))

    changes = [seen.has_changed() for _ in range(LOOKS_TO_A_THOROUGH_ONE + 1)]

    assert sum(changes) == 1


@pytest.mark.parametrize("change", ["gone", "archived", "home is gone"])
def test_what_goes_is_seen_once(home: Path, change: str) -> None:
    seen = Watch([home])
    if change == "gone":
        rollout_of(home).unlink()
    elif change == "archived":
        (home / "archived_sessions").mkdir()
        rollout_of(home).rename(home / "archived_sessions" / "rollout-1.jsonl")
    else:
        shutil.rmtree(home / "sessions")

    assert [seen.has_changed(), seen.has_changed()] == [True, False]
