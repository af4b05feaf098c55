"""The compiled reader says what Python says, of the usual lines and of any other."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from codextime_tracker import compiled
from codextime_tracker.lines import Event
from codextime_tracker.rollout import NAMES, Reading, classes_of_events
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.rollouts import CORPORA, Rollout, counters
from tests.tracker.test_rollout import without_repeats

read_block = compiled.read_block or (lambda *_: ([], b"", 0))
pytestmark = pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
ALL = 1_000_000
NEWEST = next(corpus for corpus in CORPORA if corpus.name == "0.169.0")
THREAD = "01a1fbc8-0000-7000-8000-000000000001"
USAGE_LINES = sorted(
    {
        line
        for corpus in CORPORA
        for path in corpus.rglob("rollout-*.jsonl")
        for line in path.read_bytes().splitlines(keepends=True)
        if b'"token_count"' in line or b'"type":"token_usage_record"' in line
        if len(line) < 4_000
    },
    key=len,
)
WAYS: dict[str, Callable[[Reading], object]] = {
    "compiled": lambda reading: reading.read_by(read_block),
    "python": Reading.read_by_python,
}

# What stands in a line in the place of a number: some at and beyond every limit, and what is no number.
LIMITS = ["0", str(10**17), str(10**18 - 1), str(10**18), str(2**63 - 1), str(2**63)]
NO_COUNTS = ["-1", "07", "1.0", "1e3", "-0", "null", '"7"', "[]", "", "1 "]
NAMES_OF_FIELDS = ["info", "type", "total_token_usage", "usage", "response_id", "new", "\\u0069nfo", "\\", "\udcff", ""]
NUMBERS = ["1", "-0.5", "01", "1.", ".5", "1e5", "-"]
OTHERS = ["null", "nul", '"a"', '"\\n"', '"\udcff"', '"\t"', "é", "[]", '[1,{"a":[]}]', "[1,]", "{", ""]
NEW_FIELDS = [f'"{name}":{value}' for name in NAMES_OF_FIELDS for value in NUMBERS + OTHERS]


def events(way: str, data: bytes) -> list[Event]:
    return without_repeats(WAYS[way](Reading(io.BytesIO(data))))  # type: ignore[arg-type] # both give events


@pytest.mark.parametrize("path", sorted(NEWEST.rglob("rollout-*.jsonl")), ids=lambda path: path.name[-12:-6])
def test_what_codex_writes_of_usage_needs_no_python(path: Path) -> None:
    left: list[bytes] = []

    read_block(path.read_bytes(), 0, b"", left.append, NAMES, classes_of_events, None, ALL)

    assert not [line for line in left if b'"token_usage_record"' in line or b'"total_token_usage"' in line]


@given(st.sampled_from(USAGE_LINES), st.data())
def test_a_line_with_any_bytes_changed_says_what_python_says(line: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(len(line), start + 12)))
    changed = line[:start] + data.draw(st.binary(max_size=12)) + line[end:]

    assert events("compiled", line + changed + line) == events("python", line + changed + line)


@given(st.sampled_from(USAGE_LINES), st.integers(0).map(str) | st.sampled_from(LIMITS + NO_COUNTS), st.data())
def test_a_line_with_any_number_changed_says_what_python_says(line: bytes, value: str, data: st.DataObject) -> None:
    places = [
        place for place in range(len(line)) if line[place : place + 1].isdigit() and line[place - 1 : place] == b":"
    ]
    start = data.draw(st.sampled_from(places))
    end = next(place for place in range(start, len(line)) if not line[place : place + 1].isdigit())
    changed = line[:start] + value.encode() + line[end:]

    assert events("compiled", changed + line) == events("python", changed + line)


@given(st.sampled_from(USAGE_LINES), st.sampled_from(NEW_FIELDS), st.data())
def test_a_line_with_one_more_field_says_what_python_says(line: bytes, field: str, data: st.DataObject) -> None:
    ends = [place for place in range(len(line)) if line[place : place + 1] == b"}"]
    place = data.draw(st.sampled_from(ends))
    more = line[:place] + b"," + field.encode("utf-8", "surrogateescape") + line[place:]

    assert events("compiled", line + more + more + line) == events("python", line + more + more + line)


@pytest.mark.parametrize("again", ['},"info":null}}', ',"total_token_usage":TWO}}}', ',"last_token_usage":TWO}}}'])
def test_of_a_field_that_comes_twice_the_latter_counts(again: str) -> None:
    one, two = (json.dumps(counters(usage), separators=(",", ":")) for usage in ((100, 10, 5, 1), (300, 30, 9, 3)))
    head = '{"timestamp":"2026-11-20T10:00:00.000Z","type":"event_msg","payload":{"type":"token_count",'
    start = f'{head}"info":{{"total_token_usage":{one},"last_token_usage":{one}'
    once, twice = f"{start}}}}}}}\n".encode(), f"{start}{again}\n".replace("TWO", two).encode()

    assert events("compiled", twice) == events("python", twice)
    assert events("compiled", twice) != events("compiled", once)


@given(st.lists(st.sampled_from(USAGE_LINES), max_size=5), st.integers(0, 2_000), st.binary(max_size=2_000))
def test_no_start_and_no_former_line_lead_out_of_a_block(lines: list[bytes], start: int, former: bytes) -> None:
    block = b"".join(lines)

    found, repeated, _ = read_block(
        block, min(start, len(block)), former, Reading(io.BytesIO()).decode, NAMES, classes_of_events, None, ALL
    )

    assert len(found) <= len(lines) + 1
    assert repeated in (b"", former) or repeated in block


@pytest.mark.parametrize("start", [-1, 4])
def test_a_start_that_is_not_in_the_block_is_refused(start: int) -> None:
    with pytest.raises(ValueError, match="start"):
        read_block(b"{}\n", start, b"", int, NAMES, classes_of_events, None, ALL)


@pytest.mark.parametrize("place", range(17))
def test_a_line_with_one_odd_byte_in_a_text_that_nobody_looks_at_is_left_to_python(place: int) -> None:
    line = Rollout(THREAD).turn("gpt-5.5").count((100, 10, 5, 1), (100, 10, 5, 1)).lines[-1]
    plain = {byte for byte in range(256) if chr(byte).isascii() and chr(byte).isprintable()} - set(b'"\\') | set(
        range(128, 256)
    )
    taken = set()
    for byte in range(256):
        text, left = b"x" * place + bytes([byte]) + b"x" * (16 - place), list[bytes]()
        odd = line.encode().replace(b'"rate_limits":null', b'"rate_limits":"' + text + b'"') + b"\n"
        read_block(odd, 0, b"", left.append, NAMES, classes_of_events, None, ALL)
        taken |= set() if left else {byte}

    assert taken == plain


def test_values_within_values_without_end_are_left_to_python() -> None:
    rollout = Rollout(THREAD).turn("gpt-5.5").count((100, 10, 5, 1), (100, 10, 5, 1))
    deep = rollout.lines[-1].replace('"rate_limits":null', '"rate_limits":' + "[" * 100_000 + "]" * 100_000)

    left: list[bytes] = []

    read_block(f"{deep}\n".encode(), 0, b"", left.append, NAMES, classes_of_events, None, ALL)

    assert left == [f"{deep}\n".encode()]


def test_what_python_raises_ends_the_reading() -> None:
    def stop(line: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_block(b"unusual\n" * 3, 0, b"", stop, NAMES, classes_of_events, None, ALL)


def test_who_wants_python_alone_gets_it() -> None:
    program = "from codextime_tracker.compiled import read_block; print(read_block)"
    alone = os.environ | {"CODEXTIME_PURE": "1"}

    assert subprocess.run([sys.executable, "-c", program], env=alone, capture_output=True).stdout == b"None\n"
