"""What pages ask about the boards: selectors that stand above `access`, as they read what is public.

A state may change between two reads; then all of them are made once more.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, OuterRef

from codextime.accounts.models import User
from codextime.boards import holds, ranks, standings
from codextime.boards.access import public_listings, public_listings_sql
from codextime.boards.models import HeldDate, HiddenAccount, Listing, Score, Snapshot
from codextime.boards.periods import Measure, Period
from codextime.boards.ranks import HIGHEST
from codextime.boards.standings import Standing

T = TypeVar("T")

PAGE_SIZE = 50
TRIES = 3

ROWS = """
SELECT listing_id, handle, {column} FROM boards_score JOIN {public} AS listing ON listing.number = listing_id
WHERE period = %s AND {column} > 0 AND ({column}, listing_id) < (%s, %s)
ORDER BY {column} DESC, listing_id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row a page begins: its value, and the random number of its listing."""

    value: int = HIGHEST
    number: int = HIGHEST


@dataclass(frozen=True, slots=True)
class RankedRow:
    rank: int
    handle: str
    value: int


@dataclass(frozen=True, slots=True)
class BoardReading:
    """A page of a board, all of one state. `top` is the highest value of the board."""

    snapshot: Snapshot | None
    rows: list[RankedRow]
    following: Cursor | None
    listed: int
    top: int
    own: Standing | None


@dataclass(frozen=True, slots=True)
class HeldLine:
    on: datetime.date
    why: str


@dataclass(frozen=True, slots=True)
class OwnListing:
    """What the owner of a listing sees of it in the settings."""

    handle: str
    listed_at: datetime.datetime
    hidden_because: str
    held: list[HeldLine]


def read_board(*, period: Period, measure: Measure, after: Cursor, viewer: User | None) -> BoardReading:
    return read_one_state(lambda snapshot: read_page(snapshot, period, measure, after, viewer))


def find_standing(*, user: User, period: Period, measure: Measure) -> Standing | None:
    """Where the user stands; `None` for who is not listed."""
    listing = find_listing(user)
    return listing and read_one_state(lambda snapshot: read_standing(snapshot, listing, period, measure))


def read_one_state(read: Callable[[Snapshot | None], T]) -> T:
    """What `read` makes of the boards, between whose queries nothing changed, unless that is so all the time."""
    for _ in range(TRIES):
        snapshot = Snapshot.objects.first()
        result = read(snapshot)
        if Snapshot.objects.values_list("number", flat=True).first() == (snapshot and snapshot.number):
            break
    return result


def read_page(
    snapshot: Snapshot | None, period: Period, measure: Measure, after: Cursor, viewer: User | None
) -> BoardReading:
    listing = find_listing(viewer) if viewer else None
    found = read_rows(period, measure, after, PAGE_SIZE + 1)
    rows, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    top = found[0][2] if found and after == Cursor() else read_top(period, measure)
    return BoardReading(
        snapshot=snapshot,
        rows=rank_rows(rows, period, measure),
        following=Cursor(rows[-1][2], rows[-1][0]) if more else None,
        listed=ranks.count_listed(period, measure),
        top=top,
        own=read_standing(snapshot, listing, period, measure) if listing else None,
    )


def read_rows(period: Period, measure: Measure, after: Cursor, limit: int) -> list[tuple[int, str, int]]:
    statement = ROWS.format(column=measure.name, public=public_listings_sql())
    with connection.cursor() as cursor:
        cursor.execute(statement, [period.number, after.value, after.number, limit])
        return list(cursor.fetchall())


def rank_rows(rows: list[tuple[int, str, int]], period: Period, measure: Measure) -> list[RankedRow]:
    """Rows with their ranks: two are asked for, those of the first value and of the second; the others follow."""
    ranked: list[RankedRow] = []
    changes = 0
    for place, (_, handle, value) in enumerate(rows):
        if place and value == rows[place - 1][2]:
            rank = ranked[-1].rank
        elif changes < 2:
            rank, changes, counted_at = ranks.find_rank(period, measure, value), changes + 1, place
        else:
            rank = ranked[counted_at].rank + place - counted_at
        ranked.append(RankedRow(rank, handle, value))
    return ranked


def read_top(period: Period, measure: Measure) -> int:
    scores = Score.objects.filter(period=period.number).order_by(f"-{measure.name}")
    return scores.values_list(measure.name, flat=True).first() or 0


def find_listing(user: User) -> Any | None:
    """With what `read_standing` asks of it, in one query."""
    is_public = Exists(public_listings().filter(pk=OuterRef("pk")))
    return Listing.objects.filter(user=user).annotate(is_public=is_public).first()


def read_standing(snapshot: Snapshot | None, listing: Any, period: Period, measure: Measure) -> Standing:
    if not listing.is_public:
        return standings.build_unranked(listing.handle, period, measure, note="Hidden by a moderator.", held=0)
    if snapshot is None:
        return standings.build_unranked(listing.handle, period, measure, note="Your dates are being read.", held=0)
    dates = (period.first(snapshot.on), snapshot.on)
    held = (
        HeldDate.objects.filter(user=listing.user_id, released_at=None, on__range=dates).values("on").distinct().count()
    )
    value = Score.objects.filter(period=period.number, listing=listing).values_list(measure.name, flat=True).first()
    if not value:
        note = "Held: no other date ranks." if held else f"Nothing to rank {period.within}."
        return standings.build_unranked(listing.handle, period, measure, note=note, held=held)
    higher = ranks.find_next_higher(period, measure, value)
    return standings.build_ranked(
        listing.handle,
        period,
        measure,
        rank=ranks.find_rank(period, measure, value),
        value=value,
        listed=ranks.count_listed(period, measure),
        above=None if higher is None else (ranks.find_rank(period, measure, higher), higher),
        held=held,
    )


def find_own_listing(*, user: User) -> OwnListing | None:
    listing = Listing.objects.filter(user=user).first()
    if listing is None:
        return None
    hidden = HiddenAccount.objects.filter(user=user).first()
    held = HeldDate.objects.filter(user=user, released_at=None).order_by("-on", "reason")
    return OwnListing(
        handle=listing.handle,
        listed_at=listing.listed_at,
        hidden_because=hidden.reason if hidden else "",
        held=[HeldLine(row.on, holds.explain(row)) for row in held],
    )
