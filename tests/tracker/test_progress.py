"""Bars on a terminal: they move while a step is at work, also when it has nothing to tell."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import pytest
from codextime_tracker.progress import TURNS, bytes_bar, calls_bar

from tests.at_once import wait_until

BARS = {
    "bytes": lambda is_shown: bytes_bar("Working", is_shown=is_shown),
    "calls": lambda is_shown: calls_bar("Working", 9, is_shown=is_shown),
}


@pytest.mark.parametrize("bar", BARS.values(), ids=BARS.keys())
def test_a_bar_moves_while_there_is_nothing_to_tell(
    monkeypatch: pytest.MonkeyPatch, bar: Callable[[bool], AbstractContextManager[Any]]
) -> None:
    monkeypatch.setattr(sys, "stderr", shown := StringIO())

    with bar(True):
        wait_until(lambda: shown.getvalue().count("Working") > 4)

    assert all(f"Working {sign}" in shown.getvalue() for sign in TURNS)


@pytest.mark.parametrize(("name", "shown_then"), [("bytes", "5.00/9.00"), ("calls", "5.00/9.00")])
def test_a_bar_shows_what_was_counted(monkeypatch: pytest.MonkeyPatch, name: str, shown_then: str) -> None:
    monkeypatch.setattr(sys, "stderr", shown := StringIO())

    with BARS[name](True) as update:
        update(*([5, 9] if name == "bytes" else [5]))
        wait_until(lambda: shown_then in shown.getvalue())

    assert shown_then in shown.getvalue()


@pytest.mark.parametrize("bar", BARS.values(), ids=BARS.keys())
def test_a_bar_that_is_not_wanted_says_nothing(
    monkeypatch: pytest.MonkeyPatch, bar: Callable[[bool], AbstractContextManager[Any]]
) -> None:
    monkeypatch.setattr(sys, "stderr", shown := StringIO())

    with bar(False) as update:
        update(*([5, 9] if bar is BARS["bytes"] else [5]))

    assert shown.getvalue() == ""
