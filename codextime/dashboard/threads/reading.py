"""What the pages of threads read: days of threads and their totals; calls only of the thread that a page is about."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from codextime.accounts.models import User
from codextime.dashboard.paging import Cut, cut
from codextime.dashboard.periods import find_period
from codextime.dashboard.selectors import name_sources
from codextime.dashboard.threads.name_order import PlaceGone, rank_by_name
from codextime.dashboard.threads.query import Place, ThreadsQuery
from codextime.dashboard.threads.ranking import Narrowing, Ranking, rank_trees
from codextime.dashboard.threads.thread_sums import ThreadSum, sum_threads, sum_trees
from codextime.dashboard.thresholds import Thresholds, find_thresholds
from codextime.pricing.selectors import get_book
from codextime.usage.models import Thread
from codextime.usage.selectors import sources
from codextime.usage.thread_keys import name_models
from codextime.usage.thread_names import name_thread

TREES_PER_PAGE = 25
SUBAGENTS_PER_TREE = 5
NOTHING = ThreadSum()

# Those with the latest call, of each tree; `number` counts all.
SUBAGENTS = """
SELECT root_id, number, thread_id FROM unnest(%(roots)s::int[]) AS root (root_id)
CROSS JOIN LATERAL (
    SELECT count(*) OVER () AS number, thread_id, last_at FROM usage_threadtotal AS total
    WHERE total.user_id = %(user)s AND total.root_id = root.root_id AND thread_id <> root.root_id
    ORDER BY last_at DESC, thread_id DESC LIMIT %(limit)s
) AS subagent ORDER BY last_at DESC, thread_id DESC
"""


class Subagents(NamedTuple):
    """Of one tree: how many there are, and those that are shown."""

    number: int
    shown: list[int]


NO_SUBAGENTS = Subagents(0, [])


class Known(NamedTuple):
    """A thread of the user."""

    id: int
    key: UUID
    parent_key: UUID | None
    name: str  # the opaque one, if it has no other


@dataclass(frozen=True, slots=True)
class ListReading:
    """All that the list of threads is made of."""

    query: ThreadsQuery
    page: Cut[Place]
    trees: Mapping[int, ThreadSum]
    threads: Mapping[int, ThreadSum]
    subagents: Mapping[int, Subagents]
    known: Mapping[int, Known]
    models: list[str]
    labels: list[str]
    thresholds: Thresholds


def read_list(*, user: User, query: ThreadsQuery, now: datetime.datetime) -> ListReading:
    source_names = name_sources(sources(user=user).values_list("pk", "label"))
    models, thresholds = name_models(user_id=user.pk), find_thresholds(user=user)
    ranking = Ranking(user.pk, narrow(user, query, models, source_names, now), models, get_book(user), thresholds)
    query, found = find_page(ranking, query, limit=TREES_PER_PAGE + 1)
    page = cut(found, TREES_PER_PAGE, after=query.after, before=query.before)
    roots = [place.root_id for place in page.rows]
    subagents = read_subagents(user, roots, limit=SUBAGENTS_PER_TREE)
    trees = sum_trees(ranking, roots)
    ids = [root for root in roots if root in subagents]
    ids += [thread for found in subagents.values() for thread in found.shown]
    return ListReading(
        query=query,
        page=page,
        trees=trees,
        threads=sum_threads(ranking, ids),
        subagents=subagents,
        known=read_known(user, [*roots, *ids]),
        models=sorted(models.values()),
        labels=sorted(set(source_names.values())),
        thresholds=thresholds,
    )


def find_page(ranking: Ranking, query: ThreadsQuery, *, limit: int) -> tuple[ThreadsQuery, list[Place]]:
    """What is shown, and its places: the first page in place of one around a thread that is gone."""
    try:
        return query, read_places(ranking, query, limit=limit)
    except PlaceGone:
        query = replace(query, after=None, before=None)
        return query, read_places(ranking, query, limit=limit)


def read_places(ranking: Ranking, query: ThreadsQuery, *, limit: int) -> list[Place]:
    """At most `limit` from behind the place of the query, or up to the one that it ends before."""
    if query.before:
        return read_places(ranking, query.turned(), limit=limit)[::-1]
    rank = rank_by_name if query.column == "name" else rank_trees
    return rank(ranking, query, limit=limit)


def narrow(
    user: User,
    query: ThreadsQuery,
    models: Mapping[int, str],
    source_names: Mapping[int, str],
    now: datetime.datetime,
) -> Narrowing:
    today = now.astimezone(user.zone).date()
    period = find_period(query.period, None, today=today, first_active=today)
    is_all = query.period == "all"
    return Narrowing(
        first=None if is_all else period.first,
        last=None if is_all else period.last,
        model_ids=[pk for pk, name in models.items() if name == query.model] if query.model else None,
        source_ids=[pk for pk, name in source_names.items() if name == query.label] if query.label else None,
    )


def read_subagents(user: User, roots: Collection[int], *, limit: int) -> dict[int, Subagents]:
    """Of those of these trees that have any."""
    with connection.cursor() as cursor:
        cursor.execute(SUBAGENTS, {"user": user.pk, "roots": list(roots), "limit": limit})
        rows = cursor.fetchall()
    found: dict[int, Subagents] = {}
    for root_id, number, thread_id in rows:
        found.setdefault(root_id, Subagents(number, [])).shown.append(thread_id)
    return found


def read_known(user: User, ids: Collection[int]) -> dict[int, Known]:
    rows = Thread.objects.filter(user=user, pk__in=ids).values_list("pk", "key", "parent_key", "name")
    return {pk: Known(pk, key, parent_key, name_thread(key, name)) for pk, key, parent_key, name in rows}
