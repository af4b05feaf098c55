"""Scanning a Codex home again and again: what is new is found once, and nothing that was found is lost."""

import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from codextime_tracker.counting import LOST_PARENT
from codextime_tracker.index import Index
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.scanning import scan

from tests.tracker.rollouts import CORPORA, Rollout, models_and_usage

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
OWN_TURN = "01a1fbc9-0000-7000-8000-000000000003"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index" / "index.sqlite3")


def kinds(index: Index) -> list[tuple[str, str | None]]:
    return [(change.kind, change.reason) for change in index.changes_after(0, 1000)]


def reasons(report: ScanReport) -> list[str]:
    return [skipped.reason for skipped in report.skipped]


def two_calls(**session: object) -> Rollout:
    return Rollout(THREAD, **session).turn("gpt-5").count(A, A).count(AB, B)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_reading_files_as_they_grow_finds_what_reading_them_whole_finds(
    corpus: Path, seed: int, home: Path, index: Index
) -> None:
    dice = random.Random(f"{corpus.name}{seed}")  # noqa: S311 - the cuts must be the same in every run
    paths = sorted(path for path in (corpus / "home").rglob("rollout-*.jsonl"))

    for _ in range(3):
        for path in paths:
            copy = home / path.relative_to(corpus / "home")
            copy.parent.mkdir(parents=True, exist_ok=True)
            read = copy.stat().st_size if copy.exists() else 0
            copy.write_bytes(path.read_bytes()[: dice.randint(read, path.stat().st_size)])
        scan(index, home)
    shutil.copytree(corpus / "home", home, dirs_exist_ok=True)
    scan(index, home)

    with Index.in_memory() as whole:
        scan(whole, corpus / "home")
        assert calls(index) == calls(whole)


def calls(index: Index) -> list[tuple[object, ...]]:
    return [
        (call.thread_id, call.identity, call.at, call.model, call.input_tokens, call.output_tokens, call.flags)
        for call in index.calls()
    ]


def test_a_second_scan_reads_nothing_and_changes_nothing(home: Path, index: Index) -> None:
    two_calls().write(home)
    scan(index, home)

    report = scan(index, home)

    assert (report.files, report.files_read, report.bytes_read) == (1, 0, 0)
    assert index.last_change() == 2


def test_only_the_new_bytes_of_a_longer_file_are_read(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    scan(index, home)
    before = path.stat().st_size
    with path.open("ab") as file:
        file.write(two_calls().count(ABC, C).text[before:])

    report = scan(index, home)

    assert report.bytes_read == path.stat().st_size - before
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_torn_last_line_waits_for_its_rest(home: Path, index: Index) -> None:
    text = two_calls().text
    path = two_calls().write(home)
    path.write_bytes(text[:-40])
    scan(index, home)
    assert models_and_usage(index) == [("gpt-5", A)]

    path.write_bytes(text)
    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert reasons(report) == []


def test_a_whole_last_line_without_its_newline_counts_once(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    path.write_bytes(two_calls().text.removesuffix(b"\n"))
    scan(index, home)
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]

    path.write_bytes(two_calls().count(ABC, C).text)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_scan_that_is_stopped_loses_and_doubles_nothing(home: Path, index: Index) -> None:
    for number in range(1, 4):
        thread = f"01a1fbc8-0000-7000-8000-00000000000{number}"
        Rollout(thread, at=f"2026-11-20T1{number}:00:00.000Z").turn("gpt-5").count(A, A).write(home)

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(index, home, stop)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A)] * 3


def test_archiving_and_compressing_a_file_change_nothing(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    scan(index, home)
    archived = home / "archived_sessions" / path.name
    archived.parent.mkdir()
    path.rename(archived)
    assert scan(index, home).files_read == 0

    archived.with_name(archived.name + ".zst").write_bytes(zstandard.compress(archived.read_bytes()))
    archived.unlink()
    scan(index, home)

    assert kinds(index) == [("added", None)] * 2


def test_copies_of_a_thread_count_once(home: Path, index: Index, tmp_path: Path) -> None:
    rollout = two_calls()
    path = rollout.write(home)
    rollout.write(home, "archived_sessions")
    path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
    rollout.write(tmp_path / "second home")

    scan(index, home)
    scan(index, tmp_path / "second home")

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_segments_of_one_thread_all_count(home: Path, index: Index) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).write(home)
    segment = Rollout(THREAD, at="2026-11-20T11:00:00.000Z", history_base={"thread_id": THREAD})
    segment.name = f"rollout-2026-11-20T11-00-00-{THREAD}_{PARENT}.jsonl"
    segment.turn("gpt-5").record("resp_2", B).count(AB, B).write(home)

    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_lines_and_files_that_are_gone_withdraw_nothing(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    scan(index, home)

    Rollout(THREAD).turn("gpt-5").count(A, A).write(home)
    scan(index, home)
    path.unlink()
    scan(index, home)

    assert kinds(index) == [("added", None)] * 2
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_a_lump_for_lines_that_a_rewrite_removed_is_not_counted_again(home: Path, index: Index) -> None:
    two_calls().count(ABC, C).write(home)
    scan(index, home)

    without_b = two_calls().count(ABC, C)
    del without_b.lines[3]
    without_b.lines[3] = without_b.lines[3].replace(
        '"last_token_usage":{"input_tokens":400', '"last_token_usage":{"input_tokens":9'
    )
    without_b.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_file_that_was_rewritten_in_place_and_is_larger_is_read_from_its_first_byte(home: Path, index: Index) -> None:
    two_calls().write(home)
    scan(index, home)

    wider = two_calls().count(ABC, C)
    wider.lines = [
        line.replace('"timestamp"', '"added_by_a_migration":"' + "x" * 500 + '","timestamp"') for line in wider.lines
    ]
    wider.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_call_whose_line_is_lost_is_not_counted_again_by_the_line_that_repeats_it(home: Path, index: Index) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).count(A, A).count(AB, B)
    rollout.write(home)
    scan(index, home)

    del rollout.lines[2]
    rollout.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_a_record_that_is_lost_is_not_counted_again_by_its_token_count(home: Path, index: Index) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A)
    rollout.write(home)
    scan(index, home)

    del rollout.lines[2]
    rollout.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A)]


def test_a_lump_is_not_counted_again_in_a_home_that_was_moved(home: Path, index: Index, tmp_path: Path) -> None:
    rollout = two_calls().count(AB, (0, 0, 0, 0)).count(ABC, C)
    rollout.write(home)
    scan(index, home)

    del rollout.lines[3]
    rollout.write(home)
    scan(index, home.rename(tmp_path / "moved"))

    assert sorted(models_and_usage(index)) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_copied_calls_are_withdrawn_wherever_they_were_sent_from(home: Path, index: Index, tmp_path: Path) -> None:
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(home)
    scan(index, home)

    moved = home.rename(tmp_path / "moved")
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(moved)
    scan(index, moved)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert ("withdrawn", "copied_history") in kinds(index)


def test_a_fork_of_a_fork_is_right_in_the_run_that_finds_what_is_between(home: Path, index: Index) -> None:
    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(home)
    last = Rollout(OWN_TURN, at="2026-11-20T11:00:00.000Z", cli_version="0.80.0").session(THREAD).session(PARENT)
    last.turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).write(home)
    scan(index, home)

    Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B).write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]


def test_a_model_that_is_named_later_completes_the_call(home: Path, index: Index) -> None:
    rollout = Rollout(THREAD).count(A, A)
    rollout.write(home)
    scan(index, home)

    rollout.turn("gpt-5").write(home)
    scan(index, home)

    (change,) = index.changes_after(0, 10)
    assert (change.kind, change.reason, change.call.model, change.call.revision) == (
        "replaced",
        "completed",
        "gpt-5",
        257,
    )


def test_without_its_parent_a_fork_is_an_estimate_until_the_parent_turns_up(home: Path, index: Index) -> None:
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(home)
    scan(index, home)
    assert [call.revision for call in index.calls()] == [1, 1]

    Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert {call.revision for call in index.calls()} == {257}
    assert sorted(kinds(index)) == [("added", None), ("replaced", "completed"), ("withdrawn", "copied_history")]


def test_a_parent_that_is_gone_is_remembered(home: Path, index: Index) -> None:
    parent = Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).write(home)
    scan(index, home)
    parent.unlink()

    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5").count(A, A).count(AB, B)
    fork.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert {call.revision for call in index.calls()} == {257}


def forked(*totals: tuple[tuple[int, ...], tuple[int, ...]], apart_ms: int = 2) -> Rollout:
    """A fork as Codex 0.80 wrote it: what was copied from the parent stands milliseconds apart."""
    fork = Rollout(THREAD, cli_version="0.80.0").session(PARENT).turn("gpt-5")
    fork.now = datetime.fromisoformat("2026-11-20T10:00:00.000Z")
    for total, last in totals:
        fork.now += timedelta(milliseconds=apart_ms)
        at = fork.now
        fork.count(total, last)  # type: ignore[arg-type] # four numbers each
        fork.now = at
    return fork


@pytest.mark.parametrize("loss", ["its end", "a line"])
def test_what_a_parent_said_before_it_lost_lines_still_proves_what_is_copied(
    home: Path, index: Index, loss: str
) -> None:
    parent = Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).count(AB, B)
    parent.write(home)
    scan(index, home)
    fork = forked((A, A), (AB, B))
    fork.now += timedelta(seconds=5)
    fork.count(ABC, C).write(home)

    del parent.lines[-1 if loss == "its end" else 2]
    parent.write(home)
    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]
    assert {call.revision for call in index.calls()} == {257}


@pytest.mark.parametrize(("lost", "apart_ms"), [(2, 2), (3, 2), (2, 400)])
def test_a_parent_that_lost_lines_before_it_was_read_makes_the_fork_an_estimate_and_doubles_nothing(
    home: Path, index: Index, lost: int, apart_ms: int
) -> None:
    parent = Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A).count(AB, B)
    del parent.lines[lost]
    parent.write(home)
    fork = forked((A, A), (AB, B), apart_ms=apart_ms)
    fork.now += timedelta(seconds=5)
    fork.count(ABC, C).write(home)

    scan(index, home)
    assert scan(index, home).files_read == 0

    assert [(call.input_tokens, call.flags) for call in index.calls() if call.thread_id == THREAD] == [
        (C[0], LOST_PARENT)
    ]


def test_a_parent_that_is_whole_again_makes_the_fork_exact(home: Path, index: Index) -> None:
    parent = Rollout(PARENT, at="2026-11-19T10:00:00.000Z").turn("gpt-5").count(A, A)
    parent.write(home)
    fork = forked((A, A), (AB, B))
    fork.now += timedelta(seconds=5)
    fork.count(ABC, C).write(home)
    scan(index, home)

    parent.count(AB, B).write(home)
    scan(index, home)

    assert [(call.input_tokens, call.flags) for call in index.calls()] == [(A[0], 0), (B[0], 0), (C[0], 0)]


def test_a_name_that_is_no_unicode_stops_nothing(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    odd = os.fsencode(path.parent) + b"/rollout-2026-\xff.jsonl"
    os.rename(path, odd)  # noqa: PTH104 - the name is bytes

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert [call.file_name for call in index.calls()] == ["rollout-2026-\\xff.jsonl"] * 2
    assert scan(index, home).files_read == 0
    assert report.skipped == []


def test_a_fork_that_lost_the_sign_of_its_parent_is_known_by_prompt_and_sums(home: Path, index: Index) -> None:
    def prompted(rollout: Rollout) -> Rollout:
        rollout.line("event_msg", ordinal=1, type="task_started", turn_id="rollout-2")
        text = [{"type": "input_text", "text": "say hello"}]
        return rollout.line("response_item", type="message", role="user", content=text).turn("gpt-5")

    prompted(Rollout(PARENT, at="2026-11-19T10:00:00.000Z")).count(A, A).count(AB, B).write(home)
    fork = prompted(Rollout(THREAD)).count(A, A).count(ABC, (600, 60, 13, 5))
    fork.lines[4] = fork.lines[4].replace("10:00:04.", "10:00:00.")
    fork.write(home)

    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", (600, 60, 13, 5))]


def test_a_file_without_permission_is_told(home: Path, tmp_path: Path) -> None:
    two_calls().write(home).chmod(0)
    # root may read everything, unless it is started without that right
    as_everybody = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "codextime_tracker", "export", "--codex-home", str(home)]

    alone = os.environ | dict.fromkeys(("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"), str(tmp_path))
    run = subprocess.run([*as_everybody, *command], capture_output=True, text=True, check=False, env=alone)

    assert (run.returncode, run.stdout) == (0, "")
    assert "the file cannot be read: Permission denied" in run.stderr


def test_damaged_files_are_told_and_the_others_are_read(home: Path, index: Index) -> None:
    two_calls().write(home)
    folder = home / "sessions"
    (folder / "rollout-1-folder.jsonl").mkdir()
    (folder / "rollout-2-empty.jsonl").touch()
    (folder / "rollout-3-loop.jsonl").symlink_to("rollout-3-loop.jsonl")
    (folder / "rollout-4-packed.jsonl.zst").write_bytes(b"no zstandard at all")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "rollout-5-pipe.jsonl")

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    told = {Path(skipped.path).name[8:9]: skipped.reason for skipped in report.skipped}
    assert sorted(told) == ["1", "2", "3", "4", "5"]
    assert told["2"] == "the file is empty"
    assert told["4"].startswith("the file cannot be read: its compression is damaged")


def test_a_type_that_only_starts_like_a_known_one_is_no_call(home: Path, index: Index) -> None:
    usage = {"input_tokens": 5000, "output_tokens": 500}
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.line("token_usage_summary", thread_id=THREAD, response_id="sum", usage=usage)
    rollout.line("turn_context_update", model="gpt-9").line("event_msg", type="task_started_again", turn_id="x")
    rollout.count(AB, B).write(home)

    scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


@pytest.mark.parametrize("year", ["9999-12-31T23:59:59.999-10:00", "0001-01-01T00:00:00.000+10:00"])
def test_an_instant_beyond_the_calendar_stops_nothing(home: Path, index: Index, year: str) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B)
    rollout.lines[2] = rollout.lines[2].replace(rollout.lines[2][14:38], year)
    rollout.write(home)

    scan(index, home)

    assert ("gpt-5", B) in models_and_usage(index)


def test_deep_nesting_costs_its_line_only(home: Path, index: Index) -> None:
    nested = '{"timestamp":"2026-11-20T10:00:01.000Z","type":"turn_context","payload":{"model":%s}}' % ("[" * 100_000)
    Rollout(THREAD).turn("gpt-5").count(A, A).raw(nested).count(AB, B).write(home)

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert reasons(report) == ["1 damaged line was left out; what else there is was counted"]


def test_a_damaged_line_is_left_out_alone(home: Path, index: Index) -> None:
    rollout = (
        Rollout(THREAD).turn("gpt-5").count(A, A).raw('{"timestamp":"2026-11-20T10:0').raw("\x00\x01").count(AB, B)
    )
    rollout.write(home)

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert reasons(report) == ["2 damaged lines were left out; what else there is was counted"]


@pytest.mark.parametrize("value", ["-1", "1.5", '"7"', "9223372036854775808", "null", "true"])
def test_a_count_that_is_no_token_count_is_left_out(home: Path, index: Index, value: str) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", B)
    rollout.lines[2] = rollout.lines[2].replace('"input_tokens":100', f'"input_tokens":{value}')
    rollout.write(home)

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", B)]
    assert reasons(report) == ["1 damaged line was left out; what else there is was counted"]


def test_a_counter_that_is_null_is_as_good_as_none(home: Path, index: Index) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", (100, 0, 5, 1))
    rollout.lines[-1] = rollout.lines[-1].replace('"cached_input_tokens":0', '"cached_input_tokens":null')
    rollout.write(home)

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", (100, 0, 5, 1))]
    assert report.skipped == []


def test_a_byte_order_mark_changes_nothing(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    scan(index, home)

    assert [(call.input_tokens, call.flags) for call in index.calls()] == [(A[0], 0), (B[0], 0)]


def test_a_line_over_64_mib_is_left_out_alone(home: Path, index: Index) -> None:
    path = two_calls().write(home)
    long = b'{"type":"response_item","payload":"' + b"x" * (64 * 1024 * 1024) + b'"}\n'
    third = two_calls().count(ABC, C)
    path.write_bytes(two_calls().text + long + third.text[len(two_calls().text) :])

    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B), ("gpt-5", C)]
    assert reasons(report) == ["1 line of more than 64 MiB was left out; what else there is was counted"]


def test_a_file_whose_first_line_is_lost_is_an_estimate_of_the_thread_in_its_name(home: Path, index: Index) -> None:
    rollout = two_calls()
    rollout.lines[0] = rollout.lines[0][:50]
    rollout.write(home)

    scan(index, home)

    assert {(call.thread_id, call.revision) for call in index.calls()} == {(THREAD, 1)}
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_progress_ends_at_the_size_of_what_was_to_read(home: Path, index: Index) -> None:
    size = two_calls().write(home).stat().st_size
    seen: list[tuple[int, int]] = []

    scan(index, home, lambda done, total: seen.append((done, total)))

    assert seen == [(size, size)]
