"""The compiled writer makes the JSON that Python makes, or leaves it to that."""

from typing import Any

import pytest
from codextime_tracker import compiled
from codextime_tracker.export import COLUMNS, encode_lines
from codextime_tracker.states import as_json
from hypothesis import given
from hypothesis import strategies as st

write_json = compiled.write_json or (lambda value: None)
write_lines = compiled.write_lines or (lambda names, rows: None)
pytestmark = pytest.mark.skipif(compiled.write_lines is None, reason="needs a C compiler and Python's headers")
USUAL = ("2026-11-20T10:00:00.000Z", "thread", "file.jsonl", False, "gpt-5.5", 9, 8, 0, 7, 6, 16, [])

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["gpt-5.5", 'say "so"', "C:\\", "\n", "é", "\x7f", "\U0001f600"]
)
counts = st.integers(0, 2**63 - 1) | st.sampled_from([0, 9, 10, 10**18 - 1, 10**18, 2**63 - 1])
rows = st.tuples(*[texts] * 3, st.booleans(), texts, *[counts] * 6, st.lists(texts, max_size=3))


@given(st.lists(rows, max_size=4))
def test_lines_are_those_of_msgspec(some: list[Any]) -> None:
    written = write_lines(COLUMNS, some)

    assert written is None or written == encode_lines(some)
    assert (written is None) == any(needs_python(value) for row in some for value in row)


def needs_python(value: object, depth: int = 0) -> bool:
    """Whether there is a text with anything to escape in it, or it is too deep."""
    if depth == 8:
        return True
    if isinstance(value, dict):
        return any(needs_python(each, depth + 1) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return any(needs_python(each, depth + 1) for each in value)
    return isinstance(value, str) and any(char in '"\\' or char < " " for char in value)


def test_more_than_fits_at_first_is_written_too() -> None:
    some: list[Any] = [(*USUAL[:2], "x" * number, *USUAL[3:]) for number in range(3_000)]

    assert write_lines(COLUMNS, some) == encode_lines(some)


values = st.recursive(
    st.none() | st.booleans() | counts | texts,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(texts, inner),
    max_leaves=10,
)


@given(values)
def test_json_is_that_of_python(value: Any) -> None:
    written = write_json(value)

    assert written is None or written == as_json(value)
    assert (written is None) == needs_python(value)


def nested(depth: int) -> list[Any]:
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize("odd", [-1, 2**63, 0.5, "\ud800", b"", {1: 2}, {"\n": 1}, [0.5], nested(8)], ids=repr)
def test_what_is_no_usual_value_is_left_to_python(odd: object) -> None:
    assert write_lines(COLUMNS, [(*USUAL[:-1], odd)]) is None
    assert write_json([odd]) is None


@pytest.mark.parametrize("row", [USUAL[1:], (*USUAL, 1), list(USUAL), None], ids=repr)
def test_what_is_no_row_is_left_to_msgspec(row: Any) -> None:
    assert write_lines(COLUMNS, [row]) is None
