"""Pages of a list: one begins behind the row that its address names (`after`), or ends before it (`before`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Row]):
    """The rows of one page, and whether there are others on either side."""

    rows: Sequence[Row]
    has_previous: bool
    has_following: bool


def cut(found: Sequence[Row], size: int, *, after: object, before: object) -> Cut[Row]:
    """`found` are up to `size` rows and one more, which only says that others come, on the side that was read towards.
    On the other side is the row that the address names."""
    rows = found[-size:] if before else found[:size]
    has_more = len(found) > len(rows)
    has_previous, has_following = (has_more, True) if before else (bool(after), has_more)
    return Cut(rows, bool(rows) and has_previous, bool(rows) and has_following)
