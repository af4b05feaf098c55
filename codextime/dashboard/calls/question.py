"""What the address of the calls asks for. Nonsense is refused by its name, so that no list means something else than
it says."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from codextime.dashboard.sorting import Sorted, turn_round
from codextime.lib.names import LONGEST_NAME

SORTS = ("at", "model", "label", "thread", "input", "cached", "output", "reasoning", "tokens", "estimate", "marks")
CHOICES = {
    "price": ("priced", "estimated", "unpriced"),
    "long": ("yes", "no"),
    "counts": ("exact", "estimated"),
    "sort": tuple(sign + name for name in SORTS for sign in ("", "-")),
}
NAMES = ("from", "to", "model", "label", "thread", *CHOICES, "least", "most", "after", "before")
FIRST_DATE, LAST_DATE = datetime.date(2000, 1, 1), datetime.date(2999, 12, 31)  # every zone has an instant around them
MOST_TOKENS = 2**64  # two counts of 63 bits
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
NUMBER = re.compile(r"[0-9]{1,20}\Z")
PLACE = re.compile(r"([0-9]{1,17})\.([0-9a-f]{32})(?:\.(-?[0-9]{1,40}(?:\.[0-9]{1,30})?))?\Z")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
DEFAULT_SORT = "-at"


class QuestionWrong(ValueError):
    """The parameter `name` is not what it can be."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RangeBackwards(QuestionWrong):
    """The range that `name` ends is over before it begins."""


class Place(NamedTuple):
    """Behind or before which call a page is: its time, its id, and what it is sorted by, unless that is the time."""

    at: datetime.datetime
    call_id: UUID
    key: Decimal | None

    def __str__(self) -> str:
        text = f"{(self.at - EPOCH) // MICROSECOND}.{self.call_id.hex}"
        return text if self.key is None else f"{text}.{self.key:f}"


@dataclass(frozen=True, slots=True)
class Question(Sorted):
    """`first` and `last` are days in the user's time zone, both included; what is empty or `None` asks for nothing.
    `price` is one of priced (at a rate with official evidence), estimated (at a rate of third parties) and unpriced
    (some tokens have no rate); `long` is yes or no, `counts` exact or estimated. The page begins behind the call of
    `after`, or ends before that of `before`."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    model: str = ""
    label: str = ""
    thread: int | None = None
    price: str = ""
    long: str = ""
    counts: str = ""
    least: int | None = None
    most: int | None = None
    sort: str = DEFAULT_SORT
    after: Place | None = None
    before: Place | None = None

    @property
    def query(self) -> str:
        """As it stands in the address behind the question mark, in one spelling; without defaults."""
        values: dict[str, Any] = {"from": self.first, "to": self.last, "model": self.model, "label": self.label}
        values |= {"thread": self.thread, "price": self.price, "long": self.long, "counts": self.counts}
        values |= {"least": self.least, "most": self.most, "after": self.after, "before": self.before}
        values["sort"] = "" if self.sort == DEFAULT_SORT else self.sort
        return urlencode({name: str(value) for name, value in values.items() if value not in (None, "")})

    def changed(self, **changes: Any) -> "Question":
        """The same with `changes`, from its first page on."""
        return replace(self, **({"after": None, "before": None} | changes))

    def turned(self) -> "Question":
        """The other way round: the calls of the page that ends before a place, the last of them first."""
        return replace(self, sort=turn_round(self.sort), after=self.before, before=None)


def read_question(parameters: Mapping[str, str]) -> Question:
    """Raises `QuestionWrong` for the first parameter that makes no sense. One without a value, as forms send it, asks
    for nothing."""
    given = {name: text for name, text in parameters.items() if text}
    for name in given:
        if name not in NAMES:
            raise QuestionWrong(name)
    chosen = {name: read_choice(given, name) for name in CHOICES}
    chosen["sort"] = chosen["sort"] or DEFAULT_SORT
    question = Question(
        first=read_date(given, "from"),
        last=read_date(given, "to"),
        model=read_name(given, "model"),
        label=read_name(given, "label"),
        thread=read_number(given, "thread", most=2**31 - 1),
        least=read_number(given, "least"),
        most=read_number(given, "most"),
        after=read_place(given, "after", chosen["sort"]),
        before=read_place(given, "before", chosen["sort"]),
        **chosen,
    )
    refuse_backwards(question)
    return question


def refuse_backwards(question: Question) -> None:
    if question.first and question.last and question.last < question.first:
        raise RangeBackwards("to")
    if question.least is not None and question.most is not None and question.most < question.least:
        raise RangeBackwards("most")
    if question.after and question.before:
        raise QuestionWrong("before")


def read_choice(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if text and text not in CHOICES[name]:
        raise QuestionWrong(name)
    return text


def read_date(given: Mapping[str, str], name: str) -> datetime.date | None:
    if name not in given:
        return None
    try:
        on = datetime.date.fromisoformat(given[name] if DATE.match(given[name]) else "")
    except ValueError:
        raise QuestionWrong(name) from None
    if not FIRST_DATE <= on <= LAST_DATE:
        raise QuestionWrong(name)
    return on


def read_name(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if not (text.isprintable() and len(text) <= max(LONGEST_NAME, 64)):
        raise QuestionWrong(name)
    return text


def read_number(given: Mapping[str, str], name: str, *, most: int = MOST_TOKENS) -> int | None:
    """With or without commas, as people write thousands."""
    if name not in given:
        return None
    text = given[name].replace(",", "")
    if not NUMBER.match(text) or int(text) > most:
        raise QuestionWrong(name)
    return int(text)


def read_place(given: Mapping[str, str], name: str, sort: str) -> Place | None:
    if name not in given:
        return None
    found = PLACE.match(given[name])
    if found is None or (found[3] is None) != sort.endswith("at"):
        raise QuestionWrong(name)
    key = Decimal(found[3]) if found[3] else None
    return Place(EPOCH + int(found[1]) * MICROSECOND, UUID(hex=found[2]), key)  # of 17 digits: the year 5138 at most
