"""What a program asks for. Nonsense is refused by the name of its parameter, so that no figure means something else."""

import base64
import binascii
import datetime
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.http import QueryDict

GRAINS = ("hour", "day", "week", "month")
GROUPS = ("model", "label", "thread")
TEAM_GRAINS, TEAM_GROUPS = ("day", "week", "month"), ("model",)
LONGEST_BY_HOUR = 62  # days
FIRST_DATE, LAST_DATE = datetime.date(2000, 1, 1), datetime.date(2999, 12, 31)  # every zone has an instant around them
MOST_NAMES, LONGEST_NAME = 50, 64
USUAL_LIMIT, HIGHEST_LIMIT = 1_000, 10_000
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"[0-9]{1,5}")


class ParameterWrong(ValueError):
    """The parameter `field` is not what it can be; the sentence says what that is."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(field, detail)
        self.field, self.detail = field, detail


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen of a user's usage: days in the user's time zone, both included; no names mean all."""

    first: datetime.date | None
    last: datetime.date | None
    models: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TotalsQuery:
    choice: Choice
    by: str | None
    group: str | None


class Place(NamedTuple):
    """The last row of a page: rows are ordered by a moment, and at one moment by a key."""

    at: datetime.datetime
    key: int


@dataclass(frozen=True, slots=True)
class Page:
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class CallsQuery:
    choice: Choice
    page: Page


def read_totals_query(query: QueryDict) -> TotalsQuery:
    """Raises `ParameterWrong`, as the others do."""
    refuse_unknown(query, {"from", "to", "model", "label", "by", "group"})
    return TotalsQuery(read_choice(query), one_of(query, "by", GRAINS), one_of(query, "group", GROUPS))


def read_team_totals_query(query: QueryDict) -> TotalsQuery:
    """Totals of teams know no hours, no labels and no threads."""
    refuse_unknown(query, {"from", "to", "model", "by", "group"})
    return TotalsQuery(read_choice(query), one_of(query, "by", TEAM_GRAINS), one_of(query, "group", TEAM_GROUPS))


def read_seats_query(query: QueryDict) -> Choice:
    refuse_unknown(query, {"from", "to"})
    return read_choice(query)


def read_calls_query(query: QueryDict) -> CallsQuery:
    refuse_unknown(query, {"from", "to", "model", "label", "cursor", "limit"})
    return CallsQuery(read_choice(query), read_page(query))


def read_corrections_query(query: QueryDict) -> Page:
    refuse_unknown(query, {"cursor", "limit"})
    return read_page(query)


def read_profile_query(query: QueryDict) -> None:
    refuse_unknown(query, set())


def read_choice(query: QueryDict) -> Choice:
    first, last = read_date(query, "from"), read_date(query, "to")
    if first and last and last < first:
        raise ParameterWrong("to", "“to” is a day before “from”.")
    return Choice(first, last, read_names(query, "model"), read_names(query, "label"))


def read_page(query: QueryDict) -> Page:
    text = read_one(query, "limit")
    if text is not None and not (NUMBER.fullmatch(text) and 1 <= int(text) <= HIGHEST_LIMIT):
        raise ParameterWrong("limit", f"“limit” is a number of rows from 1 to {HIGHEST_LIMIT:,}.")
    cursor = read_one(query, "cursor")
    return Page(read_cursor(cursor) if cursor is not None else None, int(text) if text else USUAL_LIMIT)


def read_date(query: QueryDict, name: str) -> datetime.date | None:
    text = read_one(query, name)
    if text is None:
        return None
    try:
        on = datetime.date.fromisoformat(text if DATE.fullmatch(text) else "")
    except ValueError:
        on = None
    if on is None or not FIRST_DATE <= on <= LAST_DATE:
        raise ParameterWrong(name, f"“{name}” is a day such as 2026-11-21.")
    return on


def read_names(query: QueryDict, name: str) -> tuple[str, ...]:
    names = query.getlist(name)
    if len(names) > MOST_NAMES or not all(0 < len(text) <= LONGEST_NAME and text.isprintable() for text in names):
        raise ParameterWrong(name, f"“{name}” is a {name} as answers name it; it may be repeated, {MOST_NAMES} times.")
    return tuple(names)


def one_of(query: QueryDict, name: str, choices: Collection[str]) -> str | None:
    text = read_one(query, name)
    if text is not None and text not in choices:
        raise ParameterWrong(name, f"“{name}” is one of: {', '.join(choices)}.")
    return text


def read_one(query: QueryDict, name: str) -> str | None:
    texts = query.getlist(name)
    if len(texts) > 1:
        raise ParameterWrong(name, f"“{name}” stands there {len(texts)} times: give it once.")
    return texts[0] if texts else None


def refuse_unknown(query: QueryDict, known: Collection[str]) -> None:
    if unknown := sorted(set(query) - set(known)):
        names = ", ".join(sorted(known)) or "no parameter at all"
        raise ParameterWrong(unknown[0][:LONGEST_NAME], f"Here there is no such parameter; there is: {names}.")


def write_cursor(place: Place) -> str:
    """Opaque: programs send it back as it is."""
    return base64.urlsafe_b64encode(f"{place.at.isoformat()} {place.key:x}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    try:
        at, _, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(" ")
        place = Place(datetime.datetime.fromisoformat(at), UUID(hex=key.zfill(32)).int)
    except (ValueError, binascii.Error) as error:
        raise wrong_cursor() from error
    if place.at.tzinfo != datetime.UTC or write_cursor(place) != text:
        raise wrong_cursor()
    return place


def wrong_cursor() -> ParameterWrong:
    return ParameterWrong("cursor", "“cursor” is the “next” of the page before, as it is.")
