"""The compiled reader, where this tracker was built with one; docs/decisions/compiled-reader.md says what it may do."""

import os
from collections.abc import Callable

from codextime_tracker.lines import Event

Decode = Callable[[bytes], Event | None]
ReadBlock = Callable[
    [bytes, int, bytes, Decode, tuple[bytes, ...], tuple[type, ...], object, int], tuple[list[Event], bytes, int]
]


def find_reader() -> ReadBlock | None:
    """`None` if Python reads alone: there was no compiler, or somebody wants it so."""
    if os.environ.get("CODEXTIME_PURE"):
        return None
    try:
        from codextime_tracker._reader import read_block
    except ImportError:
        return None
    return read_block


read_block = find_reader()
