"""What the leaderboard's address asks for. It is public and linked from elsewhere, so nonsense is answered as such."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from codextime.boards.addresses import parameters_of
from codextime.boards.periods import DEFAULT_MEASURE, DEFAULT_PERIOD, MEASURES, PERIODS, Measure, Period
from codextime.boards.ranks import HIGHEST
from codextime.boards.reading import Cursor

CURSOR = re.compile(r"([0-9]{1,19})\.([0-9a-f]{1,16})\Z", re.ASCII)


class NoSuchBoard(Exception):
    """The period or the measure is none of ours."""


class UnreadableCursor(Exception):
    """The place to go on from is not one that a page of ours gave."""


@dataclass(frozen=True, slots=True)
class BoardQuery:
    period: Period
    measure: Measure
    after: Cursor

    def link(self, *, period: Period | None = None, measure: Measure | None = None, after: Cursor | None = None) -> str:
        """The address of a board, beside its other ones; without `after` it begins at its top."""
        parameters = parameters_of(period or self.period, measure or self.measure)
        if after and after != Cursor():
            parameters["after"] = f"{after.value}.{after.number:x}"
        return "?" + urlencode(parameters)


def read_query(parameters: Mapping[str, str]) -> BoardQuery:
    """Raises `NoSuchBoard` and `UnreadableCursor`."""
    try:
        period = PERIODS[parameters.get("period", DEFAULT_PERIOD.name)]
        measure = MEASURES[parameters.get("by", DEFAULT_MEASURE.name)]
    except KeyError as error:
        raise NoSuchBoard from error
    return BoardQuery(period, measure, read_cursor(parameters.get("after")))


def read_cursor(text: str | None) -> Cursor:
    if text is None:
        return Cursor()
    found = CURSOR.match(text)
    cursor = Cursor(int(found[1]), int(found[2], 16)) if found else None
    if cursor is None or max(cursor.value, cursor.number) > HIGHEST:
        raise UnreadableCursor
    return cursor
