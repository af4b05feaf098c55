"""How whoever reads a page wants numbers and times written and weeks begun: for `formats` and `weeks`, which all that
makes texts calls, so that no function between a view and a figure has to carry it.

A context variable, which is of one request (each has a thread or a context of its own). What is made outside of a
request, or for everybody, has the habits of nobody: 1,234.5, Monday and 14:05.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

MONDAY, SATURDAY, SUNDAY = 0, 5, 6  # as `date.weekday()` counts


@dataclass(frozen=True, slots=True)
class Habits:
    number_format: str = "comma"  # what stands between thousands: comma, point or space
    week_start: int = MONDAY
    clock_hours: int = 24  # until a clock begins again, or 12


NOBODY = Habits()
find_habits: ContextVar[Callable[[], Habits]] = ContextVar("find_habits", default=lambda: NOBODY)


def habits() -> Habits:
    """Those of whom the text is made for."""
    return find_habits.get()()


@contextmanager
def read_by(find: Callable[[], Habits]) -> Iterator[None]:
    """What is made inside is for a reader; `find` is asked at the first text that needs it, and maybe again."""
    token = find_habits.set(find)
    try:
        yield
    finally:
        find_habits.reset(token)
