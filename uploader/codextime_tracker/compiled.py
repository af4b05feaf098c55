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

    WriteJson: TypeAlias = Callable[[object], bytes | None]
    WriteLines: TypeAlias = Callable[[tuple[str, ...], list[Any]], bytes | None]
    Parts: TypeAlias = tuple[ReadBlock, ReadStart, WriteJson, WriteLines]


def find_parts() -> Parts | tuple[None, None, None, None]:
    """`None` if Python does all alone: there was no compiler, or somebody wants it so."""
    if os.environ.get("CODEXTIME_PURE"):
        return None, None, None, None
    try:
        from codextime_tracker._reader import read_block, read_start, write_json, write_lines
    except ImportError:
        return None, None, None, None
    return read_block, read_start, write_json, write_lines


read_block, read_start, write_json, write_lines = find_parts()
