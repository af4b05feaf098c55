"""The SQL of replacing: readings of calls that are there go to a staging table by COPY, and from there to the calls.

Every statement leaves a mark for each UTC date whose totals it made wrong, and runs under the lock on the uploads of
the user, so nobody else changes a call of this user between two of them.
"""

import datetime
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from codextime.usage.models import Correction
from codextime.usage.readings import NAME_HIDDEN, REASON_NUMBERS, CallReading, pack_staged

STAGED = """call_id uuid, at timestamptz, input_tokens bigint, cached_input_tokens bigint,
    cache_write_input_tokens bigint, output_tokens integer, reasoning_output_tokens integer, model_id integer,
    revision smallint, reason smallint"""
STAGED_COLUMNS = ", ".join(column.split()[0] for column in STAGED.split(","))
READ = """at, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens,
    model_id, revision"""
READ_OF_WITHDRAWN = READ.replace("revision", "former_revision")

# Kept for the life of the connection: making it anew takes as long as storing 200 calls.
MAKE_STAGING = f"CREATE TEMPORARY TABLE IF NOT EXISTS usage_staging ({STAGED}) ON COMMIT DELETE ROWS"
NO_THREAD_ID = 0  # of a reading that takes its call's thread away

CLEAR_THREADS = "UPDATE usage_call SET thread_id = NULL WHERE user_id = %(user)s AND thread_id IS NOT NULL"
DELETE_UNUSED_THREADS = """
DELETE FROM usage_thread WHERE id = ANY (ARRAY (
    SELECT id FROM usage_thread WHERE user_id = %(user)s
    EXCEPT SELECT thread_id FROM usage_call WHERE user_id = %(user)s AND thread_id IS NOT NULL
))
"""

LEDGER = """
    INSERT INTO usage_correction
        (user_id, call_id, at, model_id, tokens_before, tokens_after, reason, revision, made_at)
"""
MARK = """
    INSERT INTO usage_dirtydate (user_id, "on", marked_at)
    SELECT DISTINCT %(user)s, (moment AT TIME ZONE 'UTC')::date, %(now)s::timestamptz
"""

# Of calls that were there before. Which thread a call belongs to is no part of a reading: it makes no new revision, no
# correction, and no total wrong but those of threads. One thread at a time: joined with what is staged, it took seconds
# on a table whose size the planner did not know yet.
SET_THREAD = f"""
WITH changed AS (
    UPDATE usage_call SET thread_id = %(thread)s
    WHERE user_id = %(user)s AND call_id = ANY (%(ids)s::uuid[])
        AND (withdrawn_at IS NULL OR %(thread)s::integer IS NULL) AND thread_id IS DISTINCT FROM %(thread)s::integer
    RETURNING at, withdrawn_at
)
{MARK} FROM changed CROSS JOIN LATERAL (VALUES (at)) AS touched (moment) WHERE withdrawn_at IS NULL
"""

# A reading that is better, or as good and knows a name that was hidden, or hides one.
IS_OLDER = """
    stored.revision < staged.revision OR (
        stored.revision = staged.revision AND stored.withdrawn_at IS NULL
        AND (stored.model_id = %(custom)s::integer) <> (staged.model_id = %(custom)s::integer)
        AND (stored.model_id = %(custom)s::integer OR staged.reason = %(hidden)s)
    )
"""
STAGED_AND_STORED = """
    usage_staging staged JOIN usage_call stored ON stored.user_id = %(user)s AND stored.call_id = staged.call_id
"""

REPLACE = f"""
WITH older AS (
    SELECT staged.*, stored.at AS old_at, stored.model_id AS old_model_id,
        CASE WHEN stored.withdrawn_at IS NULL THEN stored.input_tokens::numeric + stored.output_tokens ELSE 0 END
            AS tokens_before,
        stored.at IS NOT NULL AND NOT (staged.reason = %(hidden)s AND stored.revision = staged.revision) AND (
            stored.withdrawn_at IS NOT NULL
            OR (staged.at, staged.model_id, staged.input_tokens, staged.cached_input_tokens,
                staged.cache_write_input_tokens, staged.output_tokens, staged.reasoning_output_tokens)
            <> (stored.at, stored.model_id, stored.input_tokens, stored.cached_input_tokens,
                stored.cache_write_input_tokens, stored.output_tokens, stored.reasoning_output_tokens)
        ) AS is_correction
    FROM {STAGED_AND_STORED} WHERE {IS_OLDER}
), replaced AS (
    UPDATE usage_call SET ({READ}) = ROW (
        older.at, older.input_tokens, older.cached_input_tokens, older.cache_write_input_tokens, older.output_tokens,
        older.reasoning_output_tokens, older.model_id, older.revision
    ), withdrawn_at = NULL, withdrawal_id = NULL, former_revision = NULL,
        source_id = coalesce(usage_call.source_id, %(source)s)
    FROM older WHERE usage_call.user_id = %(user)s AND usage_call.call_id = older.call_id
), ledger AS (
    {LEDGER}
    SELECT %(user)s, call_id, old_at, CASE reason WHEN %(hidden)s THEN model_id ELSE old_model_id END, tokens_before,
        input_tokens::numeric + output_tokens, coalesce((%(reasons)s::text[])[reason], 'recounted'), revision, %(now)s
    FROM older WHERE is_correction
), marked AS (
    {MARK} FROM older CROSS JOIN LATERAL (VALUES (older.at), (older.old_at)) AS touched (moment)
    WHERE moment IS NOT NULL
)
SELECT count(*) FROM older
"""

# A withdrawn call can still be brought back: with the best that was read of it, as whoever sent that was told that it
# is there and does not send it again. Not with fewer tokens: undoing must not bring back less than was withdrawn.
IMPROVE_WITHDRAWN = f"""
UPDATE usage_call SET ({READ_OF_WITHDRAWN}) = ROW (
    staged.at, staged.input_tokens, staged.cached_input_tokens, staged.cache_write_input_tokens, staged.output_tokens,
    staged.reasoning_output_tokens, staged.model_id, staged.revision
)
FROM {STAGED_AND_STORED}
WHERE usage_call.user_id = %(user)s AND usage_call.call_id = stored.call_id AND stored.withdrawal_id IS NOT NULL
    AND staged.revision > stored.former_revision AND staged.revision <= stored.revision
    AND staged.input_tokens::numeric + staged.output_tokens >= stored.input_tokens::numeric + stored.output_tokens
"""

# Of names that their owner takes back: in the ledger they are hidden, too, and in readings that do not count.
HIDE_NAMES = [
    f"""
    UPDATE {table} SET model_id = staged.model_id FROM {STAGED_AND_STORED}
    WHERE staged.reason = %(hidden)s AND staged.model_id = %(custom)s AND {table}.user_id = %(user)s
        AND {table}.call_id = staged.call_id AND {table}.model_id = stored.model_id
    """
    for table in ("usage_correction", "usage_formerreading", "usage_waitingreading")
]


REASON_PARAMETERS: dict[str, Any] = {
    "reasons": Correction.Reason.values,
    "hidden": REASON_NUMBERS[NAME_HIDDEN],
}


def copy_to_staging(readings: Collection[CallReading], model_ids: Mapping[str, int]) -> None:
    make_staging()
    statement = f"COPY usage_staging ({STAGED_COLUMNS}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(pack_staged(readings, model_ids=model_ids))


def make_staging() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAKE_STAGING)
        cursor.execute("DELETE FROM usage_staging")  # a second upload in one transaction, as in tests


def replace_by_staged(*, user_id: int, source_id: int, custom_id: int | None, now: datetime.datetime) -> int:
    """Replaces the calls of which a reading with a higher revision is staged, or one that is as good and names the
    model that was only `custom`, or whose owner takes the model's name back; the number of them. Their first source
    keeps them. A reading that finds the same as before is no correction, nor is the first one after a withdrawal, nor
    one that hides a name."""
    look_up_by_key()
    parameters: dict[str, Any] = {"user": user_id, "source": source_id, "custom": custom_id, "now": now}
    return count(REPLACE, parameters | REASON_PARAMETERS)


def improve_withdrawn(*, user_id: int) -> None:
    """Of the withdrawn calls that can be brought back, lets those say what is staged of which that is a better reading,
    though not better than the proof against it. Changes nothing that counts."""
    look_up_by_key()
    with connection.cursor() as cursor:
        cursor.execute(IMPROVE_WITHDRAWN, {"user": user_id})


def hide_staged_names(*, user_id: int, custom_id: int) -> None:
    """Leaves in the ledger no name of a model whose owner takes it back. Goes before the replacing."""
    with connection.cursor() as cursor:
        for statement in HIDE_NAMES:
            cursor.execute(statement, {"user": user_id, "custom": custom_id, "hidden": REASON_NUMBERS[NAME_HIDDEN]})


def set_threads(calls_by_thread: Mapping[int, Collection[UUID]], *, user_id: int, now: datetime.datetime) -> bool:
    """Brings calls that were there before into the threads with these ids, or out of any; whether that left a mark."""
    with connection.cursor() as cursor:
        cursor.executemany(
            SET_THREAD,
            [
                {
                    "user": user_id,
                    "thread": None if thread_id == NO_THREAD_ID else thread_id,
                    "ids": list(ids),
                    "now": now,
                }
                for thread_id, ids in calls_by_thread.items()
            ],
        )
        marks: int = cursor.rowcount  # of all together
    return marks > 0


def clear_threads(*, user_id: int) -> None:
    """Leaves no call of the user in a thread."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR_THREADS, {"user": user_id})


def delete_unused_threads(*, user_id: int) -> None:
    """Those that no call belongs to any more. Reads all calls of the user."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_UNUSED_THREADS, {"user": user_id})


def look_up_by_key() -> None:
    """The planner knows nothing of a fresh staging table and would rather read all calls of a partition than look up a
    few thousand by their key. Holds until the transaction ends. What is switched off counts as so costly, before
    PostgreSQL 18, that a server with LLVM compiles each statement first: that took longer than all the rest."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off")


def count(sql: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])
