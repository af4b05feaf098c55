"""Rows of an export as lines of JSON, by msgspec: all of them where there is no compiled writer, else those of which a
text needs escapes. Loaded when the first one does."""

from __future__ import annotations

from msgspec import defstruct
from msgspec.json import Encoder

from codextime_tracker.export import COLUMNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.export import Row

NamedRow = defstruct("NamedRow", COLUMNS, gc=False)
encode = Encoder().encode_lines


def encode_lines(rows: list[Row]) -> bytes:
    return encode([NamedRow(*row) for row in rows])
