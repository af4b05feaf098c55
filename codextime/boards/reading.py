"""What pages ask about the boards: selectors that stand above `access`, as they read what is public."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from codextime.accounts.models import User
from codextime.boards import holds, ranks, standings
from codextime.boards.access import public_listings, public_listings_sql
from codextime.boards.models import HeldDate, HiddenAccount, Listing, Score, Snapshot
from codextime.boards.periods import Measure, Period
from codextime.boards.ranks import HIGHEST
from codextime.boards.standings import Standing

T = TypeVar("T")
Row = tuple[int, str, int]  # the listing's number, its handle, its value

PAGE_SIZE = 50

ROWS = """
SELECT listing_id, handle, {column} FROM boards_score JOIN {public} AS listing ON listing.number = listing_id
WHERE period = %s AND {column} > 0 AND ({column}, listing_id) < (%s, %s)
ORDER BY {column} DESC, listing_id DESC LIMIT %s
"""
ROW_ABOVE = """
SELECT {column}, listing_id FROM boards_score JOIN {public} AS listing ON listing.number = listing_id
WHERE period = %s AND ({column}, listing_id) > (%s, %s)
ORDER BY {column}, listing_id LIMIT 1 OFFSET %s
"""
# A mark or a score is looked up once for each of the ranks; nothing here counts a board.
STANDING = """
SELECT listing.handle, EXISTS (SELECT FROM {public} AS seen WHERE seen.number = listing.number), snapshot."on",
    ARRAY (SELECT DISTINCT "on" FROM boards_helddate WHERE user_id = listing.user_id AND released_at IS NULL),
    own.value, ({rank}), above.value, ({rank_above}), ({listed})
FROM boards_listing AS listing
LEFT JOIN boards_snapshot AS snapshot ON true
LEFT JOIN (SELECT listing_id, {column} AS value FROM boards_score WHERE period = %(period)s) AS own
    ON own.listing_id = listing.number
LEFT JOIN LATERAL ({higher}) AS above ON true
WHERE listing.user_id = %(user)s
"""


class OwnRow(NamedTuple):
    """What `STANDING` says. `today` is `None` before the first snapshot, `held` the dates that do not rank; ranks mean
    something where there is a value."""

    handle: str
    is_public: bool
    today: datetime.date | None
    held: list[datetime.date]
    value: int | None
    rank: int
    higher: int | None
    rank_above: int
    listed: int | None


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
    """A page of a board, all of one state. `top` is the highest value of the board, `own_place` where the page begins
    that holds the viewer's own row if this one does not."""

    snapshot: Snapshot | None
    rows: list[RankedRow]
    previous: Cursor | None
    following: Cursor | None
    listed: int
    top: int
    own: Standing | None
    own_place: Cursor | None


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


def read_one_state(read: Callable[[Snapshot | None], T]) -> T:
    """What `read` makes of the boards, all of whose queries see them as the first one does. Inside a transaction of
    somebody else's they see what that one does."""
    is_within = connection.in_atomic_block
    with transaction.atomic():
        if not is_within:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return read(Snapshot.objects.first())


def read_page(
    snapshot: Snapshot | None, period: Period, measure: Measure, after: Cursor, viewer: User | None
) -> BoardReading:
    listing = Listing.objects.filter(user=viewer).first() if viewer else None
    found = read_rows(period, measure, after, PAGE_SIZE + 1)
    rows, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    is_first = after == Cursor()
    own = find_standing(user=viewer, period=period, measure=measure) if viewer and listing else None
    return BoardReading(
        snapshot=snapshot,
        rows=rank_rows(rows, period, measure),
        previous=None if is_first or not rows else find_above(period, measure, cursor_at(rows[0]), PAGE_SIZE),
        following=cursor_at(rows[-1]) if more else None,
        listed=ranks.count_listed(period, measure),
        top=found[0][2] if found and is_first else read_top(period, measure),
        own=own,
        own_place=find_own_place(listing, own, rows, period, measure) if listing and own else None,
    )


def find_own_place(listing: Any, own: Standing, rows: list[Row], period: Period, measure: Measure) -> Cursor | None:
    """Where the page begins that has the own row in its middle; `None` if there is none, or if it is among `rows`."""
    if not own.is_ranked or any(number == listing.pk for number, _, _ in rows):
        return None
    return find_above(period, measure, Cursor(own.score, listing.pk), PAGE_SIZE // 2)


def read_rows(period: Period, measure: Measure, after: Cursor, limit: int) -> list[Row]:
    statement = ROWS.format(column=measure.name, public=public_listings_sql())
    with connection.cursor() as cursor:
        cursor.execute(statement, [period.number, after.value, after.number, limit])
        return list(cursor.fetchall())


def cursor_at(row: Row) -> Cursor:
    return Cursor(row[2], row[0])


def find_above(period: Period, measure: Measure, row: Cursor, count: int) -> Cursor:
    """Where a page begins that has `count` rows above `row`; at the top if there are no more than that."""
    statement = ROW_ABOVE.format(column=measure.name, public=public_listings_sql())
    with connection.cursor() as cursor:
        cursor.execute(statement, [period.number, row.value, row.number, count])
        found = cursor.fetchone()
    return Cursor(*found) if found else Cursor()


def rank_rows(rows: list[Row], period: Period, measure: Measure) -> list[RankedRow]:
    """Rows with their ranks: two are asked for, those of the first value and of the second; the others follow."""
    ranked: list[RankedRow] = []
    changes = 0
    for place, (_id, handle, value) in enumerate(rows):
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


def find_standing(*, user: User, period: Period, measure: Measure) -> Standing | None:
    """Where the user stands; `None` for who is not listed. One statement, so that it sees one state of the boards."""
    statement = STANDING.format(
        column=measure.name,
        public=public_listings_sql(),
        higher=ranks.say(ranks.NEXT_HIGHER, measure, "own.value"),
        rank=ranks.say(ranks.RANK, measure, "own.value"),
        rank_above=ranks.say(ranks.RANK, measure, "above.value"),
        listed=ranks.say(ranks.NUMBER, measure, "own.value"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"user": user.pk, "period": period.number, "measure": measure.number})
        row = cursor.fetchone()
    return build_standing(OwnRow(*row), period, measure) if row else None


def build_standing(row: OwnRow, period: Period, measure: Measure) -> Standing:
    if not row.is_public:
        return standings.build_unranked(row.handle, period, measure, note=_("Hidden by a moderator."), held=0)
    if row.today is None:
        return standings.build_unranked(row.handle, period, measure, note=_("Your dates are being read."), held=0)
    first = period.first(row.today)
    held = sum(first <= on <= row.today for on in row.held)
    if not row.value:
        nothing = _("Nothing to rank %(within)s.") % {"within": _(period.within)}
        note = _("Held: no other date ranks.") if held else nothing
        return standings.build_unranked(row.handle, period, measure, note=note, held=held)
    return standings.build_ranked(
        row.handle,
        period,
        measure,
        rank=row.rank,
        value=row.value,
        listed=row.listed or 0,
        above=None if row.higher is None else (row.rank_above, row.higher),
        held=held,
    )


def has_listings() -> bool:
    """Whether anybody is on the boards, for who must not name them as long as they are empty."""
    return public_listings().exists()


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
