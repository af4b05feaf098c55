"""The compiled reader, where this tracker was built with one; docs/decisions/compiled-reader.md says what it may do."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from codextime_tracker.lines import Event

    Start: TypeAlias = tuple[str, str, str | None, str | None]
    Names: TypeAlias = tuple[bytes, ...]
    Decode: TypeAlias = Callable[[bytes], Event | None]
    Classes: TypeAlias = Callable[[], tuple[type, ...]]
    ReadBlock: TypeAlias = Callable[
        [bytes, int, bytes, Decode, Names, Classes, object, int], tuple[list[Event], bytes, int]
    ]
    ReadStart: TypeAlias = Callable[[bytes, Names], Start | None]

    WriteLines: TypeAlias = Callable[[tuple[str, ...], list[Any]], bytes | None]


def find_parts() -> tuple[ReadBlock, ReadStart, WriteLines] | tuple[None, None, None]:
    """`None` if Python does all alone: there was no compiler, or somebody wants it so."""
    if os.environ.get("CODEXTIME_PURE"):
        return None, None, None
    try:
        from codextime_tracker._reader import read_block, read_start, write_lines
    except ImportError:
        return None, None, None
    return read_block, read_start, write_lines


read_block, read_start, write_lines = find_parts()
