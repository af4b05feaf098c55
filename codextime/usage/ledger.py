"""The ledger of corrections, read in pages: newest first, each from behind a place, whatever is added meanwhile."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from codextime.accounts.models import User
from codextime.usage.models import Correction
from codextime.usage.selectors import corrections

PLACE = re.compile(r"([0-9]{1,16})\.([0-9]{1,18})\Z", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class PlaceUnreadable(ValueError):
    """The place to go on from is not one that a page of ours gave."""


class Place(NamedTuple):
    """Of a line of the ledger. As text, `1764000000000000.42`: when it was made in microseconds since 1970, its key."""

    made_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.made_at - EPOCH) // MICROSECOND}.{self.pk}"


def place_of(line: Correction) -> Place:
    return Place(line.made_at, line.pk)


def read_place(text: str) -> Place:
    """Raises `PlaceUnreadable`."""
    found = PLACE.match(text)
    if found is None:
        raise PlaceUnreadable(text)
    try:
        return Place(EPOCH + int(found[1]) * MICROSECOND, int(found[2]))
    except OverflowError:
        raise PlaceUnreadable(text) from None


def list_corrections(*, user: User, after: Place | None, limit: int) -> list[Correction]:
    """At most `limit` lines of the user, newest first, with the names of their models: the newest, or those behind a
    place. What a page costs does not depend on how far down it is."""
    lines = corrections(user=user)
    if after is not None:
        lines = lines.filter(~Q(made_at=after.made_at, pk__gte=after.pk), made_at__lte=after.made_at)
    return list(lines[:limit])
