"""What of a Codex home could not be read: each loss is named, once for what it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from codextime_tracker.index import Index
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.scanning import scan

from tests.tracker.rollouts import Rollout, models_and_usage

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
A, B, AB = (100, 10, 5, 1), (200, 20, 6, 2), (300, 30, 11, 3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index" / "index.sqlite3")


def reasons(report: ScanReport) -> list[str]:
    return [skipped.reason for skipped in report.skipped]


def two_calls() -> Rollout:
    return Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B)


def written(home: Path, content: bytes, ending: str = "") -> Path:
    path = two_calls().write(home)
    path.unlink()
    path = path.with_name(path.name + ending)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"\x8f\x00\n\xff\x01\n\n\x80", b"\x8f" * 300_000, b"Dear diary,\n", b"[]\n"])
@pytest.mark.parametrize("pack", [bytes, zstandard.compress])
def test_what_is_no_rollout_is_called_so_in_each_run(
    home: Path, index: Index, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    written(home, pack(content), ".zst" if pack is zstandard.compress else "")

    first, second = scan(index, home), scan(index, home)

    assert reasons(first) == reasons(second) == ["it is not a rollout: its first line is no JSON"]
    assert first.old_logs == second.old_logs == []


def test_a_log_without_usage_is_an_old_one_in_each_run(home: Path, index: Index) -> None:
    path = written(home, b'{"id":"1","timestamp":"2025-05-01T00:00:00.000Z"}\n{"record_type":"state"}\n')

    first, second = scan(index, home), scan(index, home)

    assert first.old_logs == second.old_logs == [str(path)]
    assert first.skipped == second.skipped == []


@pytest.mark.parametrize("whole", [0, 3])
def test_a_line_that_is_being_written_is_told_and_read_next_time(home: Path, index: Index, whole: int) -> None:
    lines = two_calls().text.splitlines(keepends=True)
    path = written(home, b"".join(lines[:whole]) + lines[whole][:20])
    before = scan(index, home)
    path.write_bytes(two_calls().text)

    after = scan(index, home)

    assert reasons(before) == ["its last line is not finished yet; it is read next time"]
    assert before.old_logs == after.skipped == []
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_a_last_line_without_its_newline_is_finished(home: Path, index: Index) -> None:
    written(home, two_calls().line("response_item", text="of no interest").text.rstrip(b"\n"))

    assert reasons(scan(index, home)) == []


def test_nobody_finishes_the_last_line_of_a_compressed_file(home: Path, index: Index) -> None:
    written(home, zstandard.compress(two_calls().text[:-20]), ".zst")

    assert reasons(scan(index, home)) == ["its last line is not finished and was left out"]
    assert models_and_usage(index) == [("gpt-5", A)]


def frames(content: bytes) -> bytes:
    """Compressed in every way that the format knows: blocks of all kinds, two frames, and one to be skipped."""
    half = len(content) // 2
    streamed = zstandard.ZstdCompressor(write_checksum=True, write_content_size=False)
    skipped = (0x184D2A53).to_bytes(4, "little") + (7).to_bytes(4, "little") + b"nothing"
    writer = streamed.compressobj()
    first = writer.compress(content[:half]) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) + writer.flush()
    return first + skipped + zstandard.compress(content[half:])


def test_a_whole_compressed_file_has_no_losses(home: Path, index: Index) -> None:
    text = two_calls().line("response_item", text="x" * 400_000).text
    written(home, frames(text), ".zst")

    assert reasons(scan(index, home)) == []
    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]


def test_a_compressed_file_is_called_cut_off_wherever_it_was_cut(home: Path, index: Index) -> None:
    whole = zstandard.compress(two_calls().text)

    told = set()
    for size in range(1, len(whole)):
        path = written(home, whole[:size], ".zst")
        told |= set(reasons(scan(index, home)))
        path.unlink()

    assert told == {"its end is missing, as the compressed file was cut off; what comes before was counted"}
