"""The rate limits that Codex logged: found at the ends of its logs, shown here, sent nowhere."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from codextime_tracker import allowlist
from codextime_tracker.limits import Limit, find_limits

from tests.tracker.conftest import Tracker
from tests.tracker.homes import append, line, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA

SEEN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def window(percent: float, minutes: int | None = 300, **more: Any) -> dict[str, Any]:
    return {"used_percent": percent, "window_minutes": minutes, **more}


def limits(primary: Any = None, secondary: Any = None, minute: int = 0, **more: Any) -> str:
    """A `token_count` without usage."""
    snapshot = {"primary": primary, "secondary": secondary, **more}
    payload = {"type": "token_count", "info": None, "rate_limits": snapshot}
    return line("event_msg", payload, f"2026-11-21T01:{minute:02}:00.000Z")


def found(home: Path, *lines: str) -> list[Limit]:
    write_rollout(home, start(), turn(), *lines)
    return find_limits([home])


def test_the_newest_line_counts_whatever_stands_behind_it(tmp_path: Path) -> None:
    lines = [limits(window(20), minute=2), limits(window(10), minute=1), limits(minute=3)]

    assert found(tmp_path, *lines) == [Limit("", 300, 20.0, None, SEEN + timedelta(minutes=2))]


def test_each_family_is_told_by_its_windows_the_shortest_first(tmp_path: Path) -> None:
    usual = limits(window(40, 10080), window(12.5, 300), limit_id="codex")
    other = limits(window(3, None), limit_id="codex_other", limit_name="Spark")

    told = [(each.name, each.window_minutes, each.used_percent) for each in found(tmp_path, usual, other)]

    assert told == [("", 300, 12.5), ("", 10080, 40.0), ("Spark", None, 3.0)]


def test_a_reset_is_an_instant_or_seconds_from_the_line_or_unknown(tmp_path: Path) -> None:
    resets = {"resets_at": 1795240000}, {"resets_in_seconds": 9000}, {"resets_at": 10**17}
    lines = [limits(window(1, **reset), limit_id=f"{place}") for place, reset in enumerate(resets)]

    told = [each.resets_at for each in found(tmp_path, *lines)]

    assert told == [datetime.fromtimestamp(1795240000, UTC), SEEN + timedelta(seconds=9000), None]


def test_a_prompt_that_quotes_a_limit_is_a_prompt(tmp_path: Path) -> None:
    later = "2026-11-21T01:09:00.000Z"
    quoted = line("response_item", {"type": "token_count", "rate_limits": {"primary": window(99)}}, later)

    assert found(tmp_path, quoted, '"rate_limits" {torn\n', limits(window(1))) == [Limit("", 300, 1.0, None, SEEN)]


@pytest.mark.parametrize("release", ["0.63.0", "0.130.0", "0.153.4"])
def test_real_logs_tell_a_window_of_five_hours_and_one_of_a_week(release: str) -> None:
    home = next(corpus for corpus in CORPORA if corpus.name == release) / "home"

    assert {each.window_minutes for each in find_limits([home])} == {300, 10080}


def test_a_home_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert find_limits([tmp_path / "nowhere"]) == []


def test_limits_are_shown_by_window_with_their_reset_and_age(tracker: Tracker) -> None:
    tracker.now = SEEN + timedelta(minutes=5)
    over, ahead = int(SEEN.timestamp()) + 60, int((SEEN + timedelta(hours=3, minutes=10)).timestamp())
    append(tracker.rollout, limits(window(12.5, resets_at=ahead), window(40.0, 10080, resets_at=over)))

    shown = tracker.raw("status", "--codex-home", str(tracker.home)).out

    assert "Limit      5 hours: 12.5 % used, resets in 3 hours 5 minutes (seen 5 minutes ago)" in shown
    assert "Limit      week: 40 % used when seen 5 minutes ago; reset since" in shown


def test_no_upload_carries_a_limit_and_none_could(tracker: Tracker) -> None:
    append(tracker.rollout, limits(window(12.5, resets_at=1795240000), plan_type="plus", limit_name="SENTINEL"))
    tracker.raw("status", "--codex-home", str(tracker.home))
    tracker()

    sent = json.dumps([request.json() for request in tracker.uploads])
    names = {field["name"] for part in ("envelope", "call", "withdrawal") for field in allowlist.contract()[part]}
    assert not [word for word in ("limit", "percent", "window", "resets", "plan", "SENTINEL") if word in sent]
    assert not [name for name in names if "limit" in name or "percent" in name or "reset" in name]
