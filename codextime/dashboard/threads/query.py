"""What the address of the list of threads asks for. Anything it does not understand means the default, so no link ever
breaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from codextime.dashboard import periods
from codextime.dashboard.sorting import Sorted, turn_round

SORTS = ("name", "latest", "calls", "duration", "tokens", "estimate", "credits", "cached", "context", "signals")
PERIOD, SORT = "all", "-latest"
PLACE = re.compile(r"(-?[0-9]{1,40}(?:\.[0-9]{1,20})?)~([0-9]{1,18})\Z", re.ASCII)
LONGEST_NAME = 64


class Place(NamedTuple):
    """A row of a page: what it is sorted by, and the thread at the top of its tree. As text, `12.5~42`."""

    key: Decimal
    root_id: int

    def __str__(self) -> str:
        return f"{self.key:f}~{self.root_id}"


@dataclass(frozen=True, slots=True)
class ThreadsQuery(Sorted):
    """`sort` is one of `SORTS`, with a minus for the largest first. Empty names mean all. The page begins behind
    `after`, or ends before `before`."""

    period: str = PERIOD
    model: str = ""
    label: str = ""
    sort: str = SORT
    after: Place | None = None
    before: Place | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.model or self.label) or self.period != PERIOD

    def link(self, **changes: Any) -> str:
        """The query part of the same page with `changes`, from its first row on; what is the default is left out."""
        asked = replace(self, **{"after": None, "before": None, **changes})
        texts = {"period": asked.period, "model": asked.model, "label": asked.label, "sort": asked.sort}
        default = {"period": PERIOD, "sort": SORT}
        kept = {name: text for name, text in texts.items() if text and text != default.get(name)}
        places = {"after": asked.after, "before": asked.before}
        kept |= {name: str(place) for name, place in places.items() if place}
        return f"?{urlencode(kept)}"

    def turned(self) -> "ThreadsQuery":
        """The other way round: the rows of the page that ends before a place, the last of them first."""
        return replace(self, sort=turn_round(self.sort), after=self.before, before=None)


def read_query(parameters: Mapping[str, str]) -> ThreadsQuery:
    period, sort = parameters.get("period", ""), parameters.get("sort", "")
    after = read_place(parameters.get("after", ""))
    return ThreadsQuery(
        period=period if period in periods.NAMES else PERIOD,
        model=parameters.get("model", "")[:LONGEST_NAME],
        label=parameters.get("label", "")[:LONGEST_NAME],
        sort=sort if sort.removeprefix("-") in SORTS else SORT,
        after=after,
        before=None if after else read_place(parameters.get("before", "")),
    )


def read_place(text: str) -> Place | None:
    found = PLACE.match(text)
    return Place(Decimal(found[1]), int(found[2])) if found else None
