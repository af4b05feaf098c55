"""The compiled writer makes the lines that msgspec makes, or leaves them to it."""

from typing import Any

import pytest
from codextime_tracker import compiled
from codextime_tracker.export import COLUMNS, encode_lines
from hypothesis import given
from hypothesis import strategies as st

write_lines = compiled.write_lines or (lambda names, rows: None)
pytestmark = pytest.mark.skipif(compiled.write_lines is None, reason="needs a C compiler and Python's headers")
USUAL = ("2026-11-20T10:00:00.000Z", "thread", "file.jsonl", False, "gpt-5.5", 9, 8, 0, 7, 6, 16, [])

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["gpt-5.5", "é", "\x7f", "\U0001f600"])
counts = st.integers(0, 2**63 - 1) | st.sampled_from([0, 9, 10, 10**18 - 1, 10**18, 2**63 - 1])
rows = st.tuples(*[texts] * 3, st.booleans(), texts, *[counts] * 6, st.lists(texts, max_size=3))


@given(st.lists(rows, max_size=4))
def test_lines_are_those_of_msgspec(some: list[Any]) -> None:
    written = write_lines(COLUMNS, some)

    assert written is None or written == encode_lines(some)
    assert (written is None) == any(needs_escapes(value) for row in some for value in row)


def needs_escapes(value: object) -> bool:
    if isinstance(value, list):
        return any(map(needs_escapes, value))
    return isinstance(value, str) and any(char in '"\\' or char < " " for char in value)


def test_more_than_fits_at_first_is_written_too() -> None:
    some: list[Any] = [(*USUAL[:2], "x" * number, *USUAL[3:]) for number in range(3_000)]

    assert write_lines(COLUMNS, some) == encode_lines(some)


@pytest.mark.parametrize("odd", [-1, 2**63, 0.5, None, "\ud800", b"", {}, [None]], ids=repr)
def test_what_is_no_usual_value_is_left_to_msgspec(odd: object) -> None:
    assert write_lines(COLUMNS, [(*USUAL[:-1], odd)]) is None


@pytest.mark.parametrize("row", [USUAL[1:], (*USUAL, 1), list(USUAL), None], ids=repr)
def test_what_is_no_row_is_left_to_msgspec(row: Any) -> None:
    assert write_lines(COLUMNS, [row]) is None
