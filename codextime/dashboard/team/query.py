"""What the addresses of a team's pages ask for. Anything they do not understand means the default."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from codextime.dashboard import queries
from codextime.dashboard.queries import OverviewQuery, known
from codextime.dashboard.sorting import Sorted

STACKS = ("seat", "model")
SORTS = ("label", "member", "tokens", "estimate", "days", "last")
SORT = "-tokens"


@dataclass(frozen=True, slots=True)
class SeatsQuery(OverviewQuery):
    """A period and a chart as on the overview; days have no pages of their own here."""

    stack: str = "seat"
    has_pages: bool = False
    usual: ClassVar[Mapping[str, str]] = queries.DEFAULTS | {"stack": "seat"}


@dataclass(frozen=True, slots=True)
class OneSeatQuery(SeatsQuery):
    """The same of a single seat, whose chart is by model."""

    stack: str = "model"
    usual: ClassVar[Mapping[str, str]] = queries.DEFAULTS | {"stack": "model"}


@dataclass(frozen=True, slots=True)
class TableQuery(Sorted):
    """Of which period, and in which order the table shows seats (one of `SORTS`, with a minus for the largest first),
    from behind which of them."""

    overview: SeatsQuery
    sort: str = SORT
    after: str = ""

    def link(self, **changes: Any) -> str:
        """The query part of the same table with `changes`, from its first row on."""
        asked = replace(self, **{"after": "", **pick(changes, TableQuery)})
        period = asked.overview.link(**pick(changes, SeatsQuery))
        more = {"sort": asked.sort if asked.sort != SORT else "", "after": asked.after}
        kept = urlencode({name: text for name, text in more.items() if text})
        return f"{period}{'&' if kept and not period.endswith('?') else ''}{kept}"


def pick(changes: Mapping[str, Any], kind: type[TableQuery | SeatsQuery]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)} - {"overview"}
    return {name: value for name, value in changes.items() if name in names}


def read_seats_query(parameters: Mapping[str, str]) -> SeatsQuery:
    asked = queries.read_query(parameters)
    return SeatsQuery(
        period=asked.period,
        on=asked.on,
        measure=asked.measure,
        by=asked.by,
        first=asked.first,
        last=asked.last,
        year=asked.year,
        stack=known(parameters.get("stack"), dict.fromkeys(STACKS, "")) or "seat",
        only=asked.only,
    )


def read_one_seat_query(parameters: Mapping[str, str]) -> OneSeatQuery:
    asked = read_seats_query(parameters)
    values = {field.name: getattr(asked, field.name) for field in fields(asked)}
    return OneSeatQuery(**values | {"stack": "model"})


def read_table_query(parameters: Mapping[str, str]) -> TableQuery:
    """Of the period alone: a table has no chart."""
    asked = read_seats_query(parameters)
    period = SeatsQuery(period=asked.period, on=asked.on, first=asked.first, last=asked.last)
    sort = parameters.get("sort", "")
    return TableQuery(
        overview=period,
        sort=sort if sort.removeprefix("-") in SORTS else SORT,
        after=read_id(parameters.get("after", "")),
    )


def read_id(text: str) -> str:
    """The id of a seat as hexadecimal digits, empty for anything else."""
    try:
        return UUID(text).hex
    except ValueError:
        return ""
