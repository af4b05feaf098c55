"""What the page of one thread reads: its calls, at most a thousand of them, and the threads around it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from codextime.accounts.models import User
from codextime.dashboard.sums import Sum, priced
from codextime.dashboard.threads.ranking import Narrowing, Ranking
from codextime.dashboard.threads.reading import (
    NO_SUBAGENTS,
    NOTHING,
    Known,
    Subagents,
    read_known,
    read_subagents,
)
from codextime.dashboard.threads.thread_sums import ThreadSum, find_context_share, sum_threads, sum_trees
from codextime.dashboard.thresholds import Thresholds, find_thresholds
from codextime.lib.tokens import LONG_CONTEXT_TOKENS, Tokens
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage.models import TOKEN_FIELDS, Call, Thread
from codextime.usage.thread_keys import name_models

MOST_CALLS = 1_000
MOST_SUBAGENTS = 50
NEWEST_CALLS = 25

CALL_COLUMNS = f"call_id, at, model_id, {', '.join(TOKEN_FIELDS)}"
# Of a longer thread the first call of each of so many equal stretches of its time, each one look into the index; then
# the newest calls.
SAMPLE = f"""
(SELECT false AS is_newest, {CALL_COLUMNS} FROM generate_series(0, %(most)s - 1) AS step CROSS JOIN LATERAL (
    SELECT {CALL_COLUMNS} FROM usage_call
    WHERE user_id = %(user)s AND thread_id = %(thread)s AND withdrawn_at IS NULL
        AND at >= %(first)s + %(length)s * (step / %(most)s::float8)
        AND at < %(first)s + %(length)s * ((step + 1) / %(most)s::float8)
    ORDER BY at LIMIT 1
) AS call ORDER BY at)
UNION ALL (
    SELECT true, {CALL_COLUMNS} FROM usage_call
    WHERE user_id = %(user)s AND thread_id = %(thread)s AND withdrawn_at IS NULL
    ORDER BY at DESC, call_id DESC LIMIT %(newest)s
)
"""
CHILDREN = """
SELECT count(*) OVER (), thread_id FROM usage_threadtotal AS total JOIN usage_thread AS thread ON thread.id = thread_id
WHERE total.user_id = %(user)s AND root_id = %(root)s AND parent_key = %(key)s
ORDER BY last_at DESC, thread_id DESC LIMIT %(limit)s
"""
# The top of its tree, its parent if that has calls, and those that began before and after it.
AROUND = """
WITH me AS (SELECT first_at, thread_id, root_id FROM usage_threadtotal
    WHERE user_id = %(user)s AND thread_id = %(thread)s)
SELECT 'root', root_id FROM me
UNION ALL SELECT 'parent', total.thread_id FROM usage_thread AS parent
    JOIN usage_threadtotal AS total ON total.user_id = %(user)s AND total.thread_id = parent.id
    JOIN me ON me.root_id = total.root_id AND me.root_id <> me.thread_id
    WHERE parent.user_id = %(user)s AND parent.key = %(parent)s
UNION ALL (SELECT 'before', thread_id FROM usage_threadtotal
    WHERE user_id = %(user)s AND (first_at, thread_id) < (SELECT first_at, thread_id FROM me)
    ORDER BY first_at DESC, thread_id DESC LIMIT 1)
UNION ALL (SELECT 'after', thread_id FROM usage_threadtotal
    WHERE user_id = %(user)s AND (first_at, thread_id) > (SELECT first_at, thread_id FROM me)
    ORDER BY first_at, thread_id LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class CallOfThread:
    id: UUID
    at: datetime.datetime
    model: str
    sum: Sum  # of this one call
    context_share: float | None

    @property
    def tokens(self) -> Tokens:
        return self.sum.tokens


@dataclass(frozen=True, slots=True)
class ThreadReading:
    """All that the page is made of. `calls` are all calls of the thread, or a sample over its time; `newest` are the
    last ones, newest first. `known` has the threads around it."""

    thread: Thread
    root_id: int
    own: ThreadSum
    tree: ThreadSum
    subagents: Subagents
    subagent_sums: Mapping[int, ThreadSum]
    calls: list[CallOfThread]
    newest: list[CallOfThread]
    known: Mapping[int, Known]
    parent_id: int | None
    before_id: int | None
    after_id: int | None
    thresholds: Thresholds


def read_thread(*, user: User, thread: Thread) -> ThreadReading:
    models, book = name_models(user_id=user.pk), get_book(user)
    ranking = Ranking(user.pk, Narrowing(), models, book)
    around = read_around(user, thread)
    root_id = around.get("root", thread.pk)
    subagents = read_below(user, thread, root_id)
    sums = sum_threads(ranking, [thread.pk, *subagents.shown])
    own = sums.get(thread.pk, NOTHING)
    is_alone = root_id == thread.pk and not subagents.number
    calls, newest = read_calls(user, thread, own, models, book)
    return ThreadReading(
        thread=thread,
        root_id=root_id,
        own=own,
        tree=own if is_alone else sum_trees(ranking, [root_id]).get(root_id, own),
        subagents=subagents,
        subagent_sums=sums,
        calls=calls,
        newest=newest,
        known=read_known(user, {thread.pk, *subagents.shown, *around.values()}),
        parent_id=around.get("parent"),
        before_id=around.get("before"),
        after_id=around.get("after"),
        thresholds=find_thresholds(user=user),
    )


def read_around(user: User, thread: Thread) -> dict[str, int]:
    """Ids of threads: `root`, `parent`, `before` and `after`, those of them that there are."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"user": user.pk, "thread": thread.pk, "parent": thread.parent_key})
        return dict(cursor.fetchall())


def read_below(user: User, thread: Thread, root_id: int) -> Subagents:
    """All sub-agents of a tree for the thread at its top; for another one those that it started itself."""
    if root_id == thread.pk:
        return read_subagents(user, [root_id], limit=MOST_SUBAGENTS).get(root_id, NO_SUBAGENTS)
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"user": user.pk, "root": root_id, "key": thread.key, "limit": MOST_SUBAGENTS}
        cursor.execute(CHILDREN, asked)
        rows = cursor.fetchall()
    return Subagents(rows[0][0], [thread_id for _, thread_id in rows]) if rows else NO_SUBAGENTS


def read_calls(
    user: User, thread: Thread, own: ThreadSum, models: Mapping[int, str], book: RateBook
) -> tuple[list[CallOfThread], list[CallOfThread]]:
    """All calls of the thread or a sample, oldest first; and the newest ones, newest first."""
    if own.first_at is None or own.last_at is None:
        return [], []
    if own.sum.calls <= MOST_CALLS:
        rows = calls_of(user, thread).order_by("at", "call_id")[: MOST_CALLS + 1]
        calls = [make_call(row, models, book) for row in rows.values_list(*CALL_COLUMNS.split(", "))]
        return calls, calls[: -NEWEST_CALLS - 1 : -1]
    parameters: dict[str, Any] = {"user": user.pk, "thread": thread.pk, "most": MOST_CALLS, "newest": NEWEST_CALLS}
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE, parameters | {"first": own.first_at, "length": own.last_at - own.first_at})
        found = [(is_newest, make_call(tuple(row), models, book)) for is_newest, *row in cursor.fetchall()]
    newest = [call for is_newest, call in found if is_newest]
    sample = [call for is_newest, call in found if not is_newest]
    return [*sample, *newest[:1]], newest


def calls_of(user: User, thread: Thread) -> Any:
    return Call.objects.filter(user=user, thread=thread, withdrawn_at=None)


def make_call(row: tuple[Any, ...], models: Mapping[int, str], book: RateBook) -> CallOfThread:
    call_id, at, model_id, *numbers = row
    tokens, model = Tokens(*numbers), models.get(model_id, "unknown")
    utc_on, is_long = at.astimezone(datetime.UTC).date(), tokens.input_tokens > LONG_CONTEXT_TOKENS
    sum_ = priced(1, tokens, model, utc_on, is_long_context=is_long, book=book)
    return CallOfThread(call_id, at, model, sum_, find_context_share(model, utc_on, tokens.input_tokens, book))
