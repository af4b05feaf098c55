"""Files, bytes and times that mislead a reader: traps for a counter, by their numbers."""

from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan

from tests.tracker.rollouts import Rollout, counted

pytestmark = pytest.mark.usefixtures("each_reader")

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
PARENT = "01a1fbc7-0000-7000-8000-000000000002"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)


def instants(home: Path) -> list[str]:
    with Index.in_memory() as index:
        scan(index, home)
        return [call.at for call in index.calls()]


def test_trap_23_a_record_that_is_there_twice_is_one_call(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_1", A).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


@pytest.mark.parametrize("folder", ["archived_sessions", "sessions/2026/11/21"])
def test_trap_23_a_session_that_is_there_twice_counts_once(tmp_path: Path, folder: str) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).count(A, A).count(AB, B)
    rollout.write(tmp_path)
    rollout.write(tmp_path, folder)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_23_beside_a_compressed_file_the_plain_one_is_read(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    path = rollout.write(tmp_path)
    path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
    rollout.count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_24_a_call_is_at_the_instant_of_its_line_and_not_of_its_file(tmp_path: Path) -> None:
    rollout = Rollout(THREAD, at="2026-10-31T23:59:58.000Z").turn("gpt-5").count(A, A).count(AB, B)
    rollout.write(tmp_path, "sessions/2026/10/25")

    assert instants(tmp_path) == ["2026-11-01T00:00:00.000Z", "2026-11-01T00:00:01.000Z"]


def test_trap_24_an_hour_that_comes_twice_is_two_hours(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B)
    rollout.lines[2] = rollout.lines[2].replace("2026-11-20T10:00:02.000Z", "2026-10-25T02:30:00.000+02:00")
    rollout.lines[3] = rollout.lines[3].replace("2026-11-20T10:00:03.000Z", "2026-10-25T02:30:00.000+01:00")
    rollout.write(tmp_path)

    assert instants(tmp_path) == ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]


def test_trap_24_a_clock_that_goes_back_loses_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.now -= timedelta(days=2)
    rollout.count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", B), ("gpt-5", A)]


def test_trap_25_a_line_over_16_megabytes_loses_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A).line("response_item", image="x" * 17_000_000)
    rollout.record("resp_1", B, note="y" * 17_000_000).count(AB, B).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]


def test_trap_25_a_file_over_128_megabytes_loses_no_call(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    path = rollout.write(tmp_path)
    line = b'{"timestamp":"2026-11-20T10:00:03.000Z","type":"response_item","payload":"%s"}\n' % (b"x" * 1_000_000)
    last = rollout.count(AB, B).lines[-1].encode()
    with path.open("ab") as file:
        file.writelines([*[line] * 130, last + b"\n"])

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", B)]
    path.unlink()


def test_trap_26_rollout_lines_quoted_in_texts_are_texts(tmp_path: Path) -> None:
    quoted = Rollout(PARENT).count(C, C).lines[1]
    rollout = Rollout(THREAD).turn("gpt-5").count(A, A)
    rollout.line("response_item", type="message", content=quoted).line(
        "event_msg", type="agent_message", message=quoted
    )
    rollout.line("event_msg", message={"type": "token_count", "info": quoted}, type="agent_message").write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_26_keys_in_another_order_and_white_space_count_the_same(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5")
    rollout.raw(
        '{ "payload": {"info": {"last_token_usage": {"input_tokens": 7, "output_tokens": 1},'
        ' "total_token_usage": {"input_tokens": 7, "output_tokens": 1}}, "type": "token\\u005fcount"},'
        ' "type": "event_msg", "timestamp": "2026-11-20T12:00:00.5+01:00" }'
    ).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", (7, 0, 1, 0))]


def test_trap_28_calls_whose_lines_are_lost_are_one_lump(tmp_path: Path) -> None:
    Rollout(THREAD).turn("gpt-5").count(A, A).count(ABC, C).write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A), ("gpt-5", (600, 60, 13, 5))]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\u000b"])
def test_trap_28_only_a_newline_ends_a_line(tmp_path: Path, separator: str) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").raw(f'{{"type":"x","text":"a{separator}b"}}').count(A, A)
    rollout.write(tmp_path)

    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_28_invalid_utf8_in_a_line_that_counts_does_not_lose_it(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A, note="\udcff\udcfe").write(tmp_path)

    assert b"\\udcff" in rollout.read_bytes()
    rollout.write_bytes(rollout.read_bytes().replace(b"\\udcff\\udcfe", b"\xff\xfe"))
    assert counted(tmp_path) == [("gpt-5", A)]


def test_trap_28_a_torn_line_costs_no_call_but_its_own(tmp_path: Path) -> None:
    rollout = Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", B).record("resp_3", C)
    rollout.lines[3] = rollout.lines[3][:90]
    path = rollout.write(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])

    assert counted(tmp_path) == [("gpt-5", A)]
