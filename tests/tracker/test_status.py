"""`codextime-tracker status`, and the same figures after a run."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from codextime_tracker.durations import in_words, name_window
from codextime_tracker.exits import Exit, sentence_of
from codextime_tracker.index import Index
from codextime_tracker.locking import one_run_at_a_time
from codextime_tracker.periods import count_figures, midnight, name_zone
from codextime_tracker.places import INDEX, data_folder
from codextime_tracker.scanning import scan

from tests.machine import Run
from tests.peer import stored_everything
from tests.tracker.conftest import USER, Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout
from tests.tracker.test_sync import refusing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday


def status(tracker: Tracker, *arguments: str) -> Run:
    return tracker.raw("status", "--codex-home", str(tracker.home), *arguments)


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def test_today_this_week_and_all_time_are_told_apart(tracker: Tracker) -> None:
    tracker.now = NOON
    append(tracker.rollout, call(4, at="2026-11-17T12:00:00.000Z"), call(5, at="2026-11-01T12:00:00.000Z"))

    shown = status(tracker).out

    assert "Today      3 calls, 3,156 tokens\n" in shown
    assert "This week  4 calls, 4,210 tokens\n" in shown
    assert "All time   5 calls, 5,265 tokens\n" in shown
    assert "weeks begin on Monday" in shown


def test_a_run_ends_with_the_same_figures_and_the_first_one_says_what_stays_here(tracker: Tracker) -> None:
    tracker.now = NOON

    first, second = tracker().out, tracker().out

    assert "Today      3 calls, 3,156 tokens\n" in first
    assert "This week  3 calls, 3,156 tokens\n" in first
    assert first.splitlines()[-2].startswith("Never read")
    assert first.splitlines()[-1].startswith("Never sent")
    assert "Never" not in second


@pytest.mark.parametrize(
    ("at", "today", "this_week"),
    [
        ("2026-11-15T22:59:59.999Z", 0, 0),  # Sunday in Berlin
        ("2026-11-15T23:00:00.000Z", 0, 1),  # Monday
        ("2026-11-20T22:59:59.999Z", 0, 1),
        ("2026-11-20T23:00:00.000Z", 1, 1),  # Saturday, which is today
        ("2026-11-21T22:59:59.999Z", 1, 1),
        ("2026-11-21T23:00:00.000Z", 0, 1),  # of a clock that goes wrong
        ("2026-11-22T23:00:00.000Z", 0, 0),
    ],
)
def test_days_begin_at_the_machines_midnight(tmp_path: Path, at: str, today: int, this_week: int) -> None:
    write_rollout(tmp_path, start(), turn(), call(1, at=at))

    with Index.in_memory() as index:
        scan(index, tmp_path)
        figures = count_figures(index, [], NOON, ZoneInfo("Europe/Berlin"))

    assert (figures.today.calls, figures.this_week.calls, figures.all_time.calls) == (today, this_week, 1)


def test_a_day_is_as_long_as_the_clocks_make_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day = datetime(2026, 3, 29).date()  # noqa: DTZ001 -- a date: summer time begins

    assert midnight(day + timedelta(days=1), berlin) - midnight(day, berlin) == timedelta(hours=23)


def test_a_call_that_two_homes_hold_is_shown_once(tracker: Tracker, tmp_path: Path) -> None:
    write_rollout(tmp_path / "copy", start(), turn(), call(1), call(2), call(3))

    shown = status(tracker, "--codex-home", str(tmp_path / "copy")).out

    assert "All time   3 calls, 3,156 tokens\n" in shown


def test_what_waits_is_told_for_each_destination_and_nothing_is_asked(tracker: Tracker) -> None:
    tracker()
    tracker.peer.requests.clear()
    append(tracker.rollout, call(4))

    shown = status(tracker).out

    assert f"Waiting    1 call for {USER} on {tracker.server}, from {tracker.home.resolve()}" in shown
    assert tracker.peer.requests == []


def test_refused_calls_are_told(tracker: Tracker) -> None:
    tracker.peer.answers(refusing("impossible", 1), stored_everything)
    tracker()

    assert "Refused    1 call for" in status(tracker).out


def test_the_last_run_is_told_with_its_end_and_its_age(tracker: Tracker) -> None:
    tracker.now = NOON
    before = status(tracker).out
    tracker()
    tracker.now = NOON + timedelta(hours=2, minutes=5)
    done = status(tracker).out
    tracker.peer.answers(None)
    append(tracker.rollout, call(4))
    tracker()
    failed = status(tracker).out

    assert "Last run   none yet" in before
    assert f"Last run   2 hours 5 minutes ago, for {USER}: sent 3 calls" in done
    assert f"it ended with code 7. {sentence_of(Exit.UNREACHABLE)}" in failed


def test_scripts_get_json(tracker: Tracker, utc: None) -> None:
    tracker.now = NOON
    tracker()

    shown = json.loads(status(tracker, "--json").out)

    assert shown["today"] == {"calls": 3, "tokens": 3156, "estimated_calls": 0}
    assert shown["waiting"][0] | {"codex_home": ""} == {
        "server": tracker.server,
        "user": USER,
        "codex_home": "",
        "calls": 0,
        "refused": 0,
    }
    assert shown["last_run"] == {
        "at": "2026-11-21T12:00:00.000Z",
        "user": USER,
        "server": tracker.server,
        "exit": 0,
        "sent": 3,
    }
    assert shown["limits"] == []


def test_while_another_run_is_at_work_its_figures_are_shown(tracker: Tracker) -> None:
    tracker()
    append(tracker.rollout, call(4))

    with one_run_at_a_time(data_folder() / INDEX):
        run = status(tracker)

    assert run.exit == Exit.DONE
    assert "As of      what the run that is at work now" in run.out
    assert "All time   3 calls" in run.out


def test_a_machine_without_codex_is_told_so(tracker: Tracker, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")

    run = tracker.raw("status", "--codex-home", nowhere)

    assert json.loads(tracker.raw("status", "--codex-home", nowhere, "--json").out)["missing_homes"] == [nowhere]
    assert run.exit == Exit.DONE
    assert f"No logs    {nowhere}: there is no such folder. Run Codex once, or name its folder" in run.out
    assert "nothing was ever sent from here. Begin with: codextime-tracker <userId>" in run.out


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        ([], "it has no folder of sessions. Run Codex once, or name its folder with --codex-home DIR."),
        (["sessions/2026"], "there is no rollout in it yet. Run Codex once, or name its folder"),
    ],
)
def test_a_home_without_rollouts_is_named_with_what_to_do(
    tracker: Tracker, tmp_path: Path, folders: list[str], said: str
) -> None:
    home = tmp_path / "new"
    for folder in ["", *folders]:
        (home / folder).mkdir(parents=True)

    run = tracker.raw("status", "--codex-home", str(home))
    told = json.loads(tracker.raw("status", "--codex-home", str(home), "--json").out)

    assert run.exit == Exit.DONE
    assert f"Skipped    {home}: {said}" in run.out
    assert (told["files"], told["skipped"][0]["path"]) == (0, str(home))


def test_a_home_of_old_logs_alone_is_not_said_to_be_empty(tracker: Tracker, tmp_path: Path) -> None:
    (tmp_path / "old/sessions").mkdir(parents=True)
    (tmp_path / "old/sessions/rollout-2025-04-20-x.json").write_text("{}")

    shown = tracker.raw("status", "--codex-home", str(tmp_path / "old")).out

    assert "No data    1 file of old Codex releases" in shown
    assert "Run Codex once" not in shown


def test_what_status_reads_first_and_cannot_count_is_told_by_it(tracker: Tracker) -> None:
    folder = tracker.rollout.parent
    (folder / "rollout-2025-08-01T10-00-00-old.jsonl").write_text('{"id":"x","timestamp":"2025-08-01T10:00:00Z"}\n')
    append(tracker.rollout, "no JSON\n")

    run = status(tracker)

    assert f"Skipped    {tracker.rollout}: 1 damaged line was left out" in run.out
    assert "No data    1 file of old Codex releases, which logged no usage" in run.out
    assert json.loads(status(tracker, "--json").out)["files_without_usage"] == 1


def test_spans_are_told_in_two_units_at_most() -> None:
    assert in_words(timedelta(seconds=59)) == "less than a minute"
    assert in_words(timedelta(minutes=61)) == "1 hour 1 minute"
    assert in_words(timedelta(days=3, minutes=4)) == "3 days 4 minutes"
    assert [name_window(minutes) for minutes in (300, 1440, 10080, 43200, 90)] == [
        "5 hours",
        "day",
        "week",
        "30 days",
        "1 hour 30 minutes",
    ]


def test_a_zone_is_named_with_its_offset() -> None:
    assert name_zone(NOON, UTC) == "UTC"
    assert name_zone(NOON, timezone(timedelta(hours=-3, minutes=-30), "NST")) == "NST, UTC-03:30"
