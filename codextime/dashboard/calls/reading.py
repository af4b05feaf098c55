"""The SQL of reading calls: a page at a time, or all of them one after the other.

By time, the index finds a page at once, unless few calls are what is asked for. Then the days say on which UTC dates
there can be some, the slots of these dates in which 15 minutes, and only those calls are read. A date that waits for
its rebuild is read whatever its totals say, so that no call is missed. By name of thread, the first names mostly have
a page of calls. By any other column all calls are looked at.
"""

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from codextime.dashboard.calls import by_thread, narrowing, prices
from codextime.dashboard.calls.narrowing import Reading
from codextime.dashboard.calls.ordering import NO_RANKS, RANKED, Ranks, find_ranks, key_of_place, make_key
from codextime.dashboard.calls.question import Place
from codextime.lib.tokens import Tokens
from codextime.usage.models import TOKEN_FIELDS

ROUNDS = (1, 16)  # how many times the likely number of dates are looked at, before all the others are
ROWS_AT_ONCE = 5_000
COLUMNS = f"call_id, at, model_id, source_id, thread_id, revision, {', '.join(TOKEN_FIELDS)}"
DATES = """
SELECT utc_on, sum(likely) FROM (
    SELECT utc_on, {likely} AS likely FROM usage_day WHERE {conditions}
    UNION ALL SELECT "on", %(limit)s FROM usage_dirtydate WHERE {dirty}
) AS found GROUP BY utc_on ORDER BY utc_on {direction}
"""
# Behind `OFFSET 0` the planner looks each date and each slot up in its index; free to choose, it holds everything that
# the user has against each of them.
IN_SLOTS = """(
    SELECT call.* FROM (
        SELECT slot_at FROM unnest(%(midnights)s::timestamptz[]) AS midnight CROSS JOIN LATERAL (
            SELECT slot_at FROM usage_slot
            WHERE slot_at >= midnight AND slot_at < midnight + interval '24 hours' AND {of_slots} OFFSET 0
        ) AS slot
        UNION SELECT (moment AT TIME ZONE 'UTC') FROM usage_dirtydate CROSS JOIN LATERAL
            generate_series("on"::timestamp, "on" + interval '23:45', interval '15 minutes') AS moment
        WHERE user_id = %(user)s AND "on" = ANY (%(dates)s::date[])
    ) AS slot CROSS JOIN LATERAL (
        SELECT * FROM usage_call
        WHERE at >= slot_at AND at < slot_at + interval '15 minutes' AND {of_calls} OFFSET 0
    ) AS call
)"""
PAGE = """
SELECT call.*, model.name FROM (
    SELECT {columns}, {key} AS key FROM {source} AS call WHERE {conditions} ORDER BY {order} {limit}
) AS call LEFT JOIN usage_modelname model ON model.id = model_id ORDER BY {order}
"""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call that counts. `key` is what the page is sorted by, as it stands in a `Place`."""

    call_id: UUID
    at: datetime.datetime
    model: str
    source_id: int
    thread_id: int | None
    revision: int
    tokens: Tokens
    key: Decimal | None

    @property
    def place(self) -> Place:
        return Place(self.at, self.call_id, self.key)


class LikelyDate(NamedTuple):
    utc_on: datetime.date
    calls: int


def read_page(reading: Reading, *, limit: int) -> list[CallRow]:
    """At most `limit` calls from behind the place of the question, or up to the one that it ends before."""
    if reading.question.before:
        turned = replace(reading, question=reading.question.turned())
        return read_page(turned, limit=limit)[::-1]
    if reading.question.column == "at" and reading.is_rare:
        return list(itertools.islice(read_likely_dates(reading, limit), limit))
    ranks, limited = find_ranks(reading), f"LIMIT {limit}"
    if reading.question.column == "thread" and reading.question.thread is None:
        first = by_thread.find_first(reading, ranks, limit)
        found = run(make_statement(reading, first.source, limited), reading, first.ranks)
        if first.is_all or len(found) == limit:
            return found
    return run(make_statement(reading, "usage_call", limited), reading, ranks)


def read_likely_dates(reading: Reading, limit: int) -> Iterator[CallRow]:
    """In the order of time, as the dates are."""
    dates = find_dates(reading, limit)
    number = count_likely(dates, limit)
    for times in ROUNDS:
        some, dates = dates[: number * times], dates[number * times :]
        if not some:
            return
        found = read_dates(reading, some, limit)
        yield from found
        limit -= len(found)
        if limit <= 0:
            return
    if dates:
        yield from read_dates(reading, dates, limit)


def find_dates(reading: Reading, limit: int) -> list[LikelyDate]:
    """The UTC dates that can have such calls, from the place on."""
    asked = reading.question
    reading = up_to_place(reading)
    statement = DATES.format(
        likely=narrowing.likely_calls(asked),
        conditions=narrowing.of_days(reading),
        dirty=" AND ".join(["user_id = %(user)s", *narrowing.within(reading, '"on"')]),
        direction="DESC" if asked.is_descending else "ASC",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, reading.parameters | {"limit": limit})
        return [LikelyDate(utc_on, int(calls)) for utc_on, calls in cursor.fetchall()]


def up_to_place(reading: Reading) -> Reading:
    """With the place of the question as the end or the start of what is looked at."""
    after = reading.question.after
    if after is None:
        return reading
    if reading.question.is_descending:
        past = after.at + datetime.timedelta(microseconds=1)
        return replace(reading, end=min(past, reading.end) if reading.end else past)
    return replace(reading, start=max(after.at, reading.start) if reading.start else after.at)


def count_likely(dates: list[LikelyDate], limit: int) -> int:
    """How many of the first dates should have that many calls."""
    sums = itertools.accumulate(date.calls for date in dates)
    return 1 + sum(1 for _ in itertools.takewhile(lambda calls: calls < limit, sums))


def read_dates(reading: Reading, dates: list[LikelyDate], limit: int) -> list[CallRow]:
    source = IN_SLOTS.format(of_slots=narrowing.of_slots(reading), of_calls=narrowing.of_calls(reading))
    days = [date.utc_on for date in dates]
    midnights = [datetime.datetime.combine(on, datetime.time(), datetime.UTC) for on in days]
    statement = make_statement(reading, source, f"LIMIT {limit}")
    return run(statement, reading, dates=days, midnights=midnights)


def make_statement(reading: Reading, source: str, limit: str) -> str:
    asked = reading.question
    key = make_key(reading)
    direction = "DESC" if asked.is_descending else "ASC"
    names = ["at", "call_id"] if asked.column == "at" else ["key", "at", "call_id"]
    conditions = narrowing.of_calls(reading)
    if asked.after:
        sign = "<" if asked.is_descending else ">"
        behind = [f"({key})", "at", "call_id"][-len(names) :]
        values = ["%(after_key)s", "%(after_at)s", "%(after_id)s::uuid"][-len(names) :]
        conditions += f" AND ({', '.join(behind)}) {sign} ({', '.join(values)})"
    return PAGE.format(
        columns=COLUMNS,
        key=key,
        source=source,
        conditions=conditions,
        order=", ".join(f"{name} {direction}" for name in names),
        limit=limit,
    )


def all_parameters(reading: Reading, ranks: Ranks, **more: Any) -> dict[str, Any]:
    asked = reading.question
    parameters = reading.parameters | more
    if asked.column in RANKED:
        ranked = sorted(ranks)
        parameters |= {"ranked": ranked, "ranks": [ranks[key] for key in ranked]}
    if asked.after:
        after_key = key_of_place(asked.after, reading, ranks)
        parameters |= {"after_at": asked.after.at, "after_id": asked.after.call_id, "after_key": after_key}
    return parameters


def run(statement: str, reading: Reading, ranks: Ranks = NO_RANKS, **more: Any) -> list[CallRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, all_parameters(reading, ranks, **more))
        return [make_row(reading, *values) for values in cursor.fetchall()]


def stream(reading: Reading) -> Iterator[CallRow]:
    """All calls that are asked for, in order, some thousands at a time: they need not fit into memory."""
    statement = make_statement(reading, "usage_call", "")
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, all_parameters(reading, find_ranks(reading)))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (make_row(reading, *values) for values in rows)


def make_row(reading: Reading, *values: Any) -> CallRow:
    call_id, at, model_id, source_id, thread_id, revision, *tokens, key, model = values
    column = reading.question.column
    if column in RANKED:
        key = {"model": model_id, "label": source_id, "thread": thread_id or 0}[column]
    elif column == "estimate" and key >= 0:
        key = Decimal(key).scaleb(-prices.find_scale(reading.cells), prices.EXACTLY)
    return CallRow(
        call_id, at, model, source_id, thread_id, revision, Tokens(*tokens), None if key is None else Decimal(key)
    )
