"""The order of trees by what they are called, whatever its case.

What a thread without a name is called is made of its key, here and not in the database; so all keys are read. By
numbers they are put in order without making the names that no page shows.
"""

import heapq
import json
import struct
from bisect import bisect_left
from decimal import Decimal

from django.db import connection

from codextime.dashboard.threads.query import Place, ThreadsQuery
from codextime.dashboard.threads.ranking import OF_DAYS, Ranking
from codextime.usage.models import Thread
from codextime.usage.thread_names import NAMES, find_made_name, name_thread, place_made_name

NAMED = """
SELECT string_agg(int8send(id) || uuid_send(key), '') FILTER (WHERE name = ''),
    coalesce(json_agg(json_build_array(name, id)) FILTER (WHERE name <> ''), '[]')::text
FROM usage_thread WHERE user_id = %(user)s AND id IN (SELECT root_id FROM usage_threadtotal WHERE user_id = %(user)s)
"""
NARROWED = f" AND id IN (SELECT root_id FROM {OF_DAYS} WHERE day.user_id = %(user)s{{narrowed}})"
KEYS = struct.Struct(">qQQ")  # the id, and both halves of the key
HALF = 2**64

Name = tuple[str, int]  # what a thread is called, case folded, and its id


class PlaceGone(Exception):
    """The thread that a page goes on from was deleted, or never was one of the user's: nobody knows its name."""


def rank_by_name(ranking: Ranking, query: ThreadsQuery, *, limit: int) -> list[Place]:
    """At most `limit` places, from behind that of the query. None has a name in it, so that none gets into an
    address. Raises `PlaceGone`."""
    condition = ranking.narrowing.condition
    narrowed = NARROWED.format(narrowed=condition) if condition else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{NAMED}{narrowed}", {"user": ranking.user_id, **ranking.narrowing.parameters})
        keys, given = cursor.fetchone()
    after = find_name(ranking, query.after) if query.after else None
    names = [(name.casefold(), id_) for name, id_ in json.loads(given)]
    if after:
        names = [name for name in names if (name < after if query.is_descending else name > after)]
    pick = heapq.nlargest if query.is_descending else heapq.nsmallest
    made = pick(limit, list_made(keys or b"", after, is_descending=query.is_descending))
    names += [(find_made_name(number).casefold(), id_) for number, id_ in made]
    return [Place(Decimal(0), root_id) for _, root_id in pick(limit, names)]


def list_made(keys: bytes, after: Name | None, *, is_descending: bool) -> list[tuple[int, int]]:
    """(the place of the made name among all such, id) of those behind a name."""
    rows = [(place_made_name(high * HALF + low), id_) for id_, high, low in KEYS.iter_unpack(keys)]
    if after is None:
        return rows
    place = bisect_left(range(NAMES), after[0], key=lambda number: find_made_name(number).casefold())
    is_made = place < NAMES and find_made_name(place).casefold() == after[0]
    edge = (place, after[1] if is_made else -1)
    return [row for row in rows if (row < edge if is_descending else row > edge)]


def find_name(ranking: Ranking, place: Place) -> Name:
    thread = Thread.objects.filter(user=ranking.user_id, pk=place.root_id).first()
    if thread is None:
        raise PlaceGone
    return name_thread(thread.key, thread.name).casefold(), thread.pk
