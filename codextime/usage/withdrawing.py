"""The SQL of withdrawing calls, bringing them back, and forgetting for good what they said. As in `storing`, every
statement marks the UTC dates whose totals it made wrong, and runs under the lock on the uploads of the user."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from codextime.usage.models import Correction
from codextime.usage.readings import Withdrawal
from codextime.usage.storing import LEDGER, MARK, count, look_up_by_key

FORGOTTEN, BROUGHT_BACK = Correction.Reason.FORGOTTEN.value, Correction.Reason.BROUGHT_BACK.value

# OFFSET 0 has each call looked up by its key: of a fresh table the planner knows nothing, and would go through all that
# is asked for again for each call of the user.
ASKED = """
    unnest(%(ids)s::uuid[], %(revisions)s::smallint[], %(reasons)s::text[]) AS asked (call_id, revision, reason)
    CROSS JOIN LATERAL (
        SELECT * FROM usage_call WHERE user_id = %(user)s AND usage_call.call_id = asked.call_id OFFSET 0
    ) AS stored
"""
# What waits for the owner stays, whoever asks again. What the owner kept, a proof that is no better than the one that
# it was kept against does not touch; the owner does.
IS_BETTER = f"""
    stored.revision <= asked.revision
    AND (asked.reason = '{FORGOTTEN}' OR coalesce(stored.kept_revision, 0) < asked.revision)
    AND NOT EXISTS (
        SELECT FROM usage_waitingcall waiting WHERE waiting.user_id = %(user)s AND waiting.call_id = asked.call_id
    )
"""
RECORDS = "unnest(%(records)s::bigint[], %(record_reasons)s::text[]) AS record (id, reason)"
TOKENS = "stored.input_tokens::numeric + stored.output_tokens"

SUM_UP = f"""
SELECT asked.reason, count(*), sum({TOKENS}), min((at AT TIME ZONE 'UTC')::date), max((at AT TIME ZONE 'UTC')::date)
FROM {ASKED} WHERE {IS_BETTER} AND stored.withdrawn_at IS NULL GROUP BY 1
"""

PUT_ON_WAITING_LIST = f"""
INSERT INTO usage_waitingcall (user_id, call_id, record_id, revision)
SELECT %(user)s, asked.call_id, record.id, asked.revision
FROM {ASKED} JOIN {RECORDS} ON record.reason = asked.reason WHERE {IS_BETTER} AND stored.withdrawn_at IS NULL
"""
COUNT_WAITING = """
SELECT count(*) FROM usage_waitingcall WHERE user_id = %(user)s AND call_id = ANY (%(ids)s::uuid[])
"""
OF_WAITING_LIST = """
    DELETE FROM usage_waitingcall WHERE user_id = %(user)s AND call_id IN (
        SELECT call_id FROM usage_waitingcall WHERE record_id = %(record)s LIMIT %(limit)s
    ) RETURNING call_id, revision
"""
# As for what is brought back.
KEEP = f"""
WITH asked AS ({OF_WAITING_LIST}), kept AS (
    UPDATE usage_call SET kept_revision = greatest(kept_revision, asked.revision)
    FROM asked WHERE usage_call.user_id = %(user)s AND usage_call.call_id = asked.call_id
        AND %(reason)s <> '{FORGOTTEN}'
)
SELECT count(*) FROM asked
"""

# Its thread stays with a call until that is final, to be brought back with it. Who withdraws it once more may have
# switched sessions off in between, and a withdrawal says nothing of threads: that one takes it out.
WITHDRAW = f"""
WITH wrong AS (
    SELECT asked.*, stored.at, stored.model_id, stored.withdrawn_at IS NULL AS was_counted,
        {TOKENS} AS tokens_before, stored.revision AS revision_before, record.id AS record_id
    FROM {ASKED}
    LEFT JOIN {RECORDS} ON record.reason = asked.reason
    WHERE {IS_BETTER}
), withdrawn AS (
    UPDATE usage_call SET withdrawn_at = coalesce(withdrawn_at, %(now)s), revision = wrong.revision,
        thread_id = CASE WHEN was_counted THEN usage_call.thread_id END,
        withdrawal_id = CASE WHEN was_counted THEN record_id ELSE withdrawal_id END,
        former_revision = CASE WHEN was_counted THEN revision_before ELSE former_revision END
    FROM wrong WHERE usage_call.user_id = %(user)s AND usage_call.call_id = wrong.call_id
), ledger AS (
    {LEDGER}
    SELECT %(user)s, call_id, at, model_id, tokens_before, 0, reason, revision, %(now)s FROM wrong WHERE was_counted
), marked AS (
    {MARK} FROM wrong CROSS JOIN LATERAL (VALUES (wrong.at)) AS touched (moment) WHERE was_counted
)
SELECT count(*) FROM wrong WHERE was_counted
"""

# Of calls that never came: another machine may still bring such a call, read by an older counter.
ADD_TOMBSTONES = """
INSERT INTO usage_call (user_id, call_id, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens,
    reasoning_output_tokens, withdrawn_at, revision)
SELECT %(user)s, call_id, 0, 0, 0, 0, 0, %(now)s, revision
FROM unnest(%(ids)s::uuid[], %(revisions)s::smallint[]) AS withdrawal (call_id, revision)
ON CONFLICT DO NOTHING
"""

OF_RECORD = """
    SELECT * FROM usage_call WHERE user_id = %(user)s AND withdrawal_id = %(record)s LIMIT %(limit)s
"""

# A call that was proven wrong keeps the proof's revision, so that the same proof does not take it away again.
BRING_BACK = f"""
WITH away AS ({OF_RECORD}), back AS (
    UPDATE usage_call SET withdrawn_at = NULL, withdrawal_id = NULL, revision = away.former_revision,
        former_revision = NULL,
        kept_revision = CASE WHEN %(reason)s = '{FORGOTTEN}' THEN usage_call.kept_revision ELSE away.revision END
    FROM away WHERE usage_call.user_id = %(user)s AND usage_call.call_id = away.call_id
), ledger AS (
    {LEDGER}
    SELECT %(user)s, call_id, at, model_id, 0, input_tokens::numeric + output_tokens, '{BROUGHT_BACK}',
        former_revision, %(now)s FROM away
), marked AS (
    {MARK} FROM away CROSS JOIN LATERAL (VALUES (away.at)) AS touched (moment)
)
SELECT count(*) FROM away
"""

# What is left keeps the call from being added again. What its owner took back leaves the ledger too.
# Nothing is left of what the call said before a replacement either.
FORGET = f"""
WITH away AS ({OF_RECORD}), forgotten AS (
    UPDATE usage_call SET at = NULL, model_id = NULL, source_id = NULL, input_tokens = 0, cached_input_tokens = 0,
        cache_write_input_tokens = 0, output_tokens = 0, reasoning_output_tokens = 0, withdrawal_id = NULL,
        former_revision = NULL, thread_id = NULL
    FROM away WHERE usage_call.user_id = %(user)s AND usage_call.call_id = away.call_id
), ledger AS (
    DELETE FROM usage_correction line USING away
    WHERE %(reason)s = '{FORGOTTEN}' AND line.user_id = %(user)s AND line.call_id = away.call_id
), former AS (
    DELETE FROM usage_formerreading former USING away
    WHERE former.user_id = %(user)s AND former.call_id = away.call_id
), waiting AS (
    DELETE FROM usage_waitingreading waiting USING away
    WHERE waiting.user_id = %(user)s AND waiting.call_id = away.call_id
)
SELECT count(*) FROM away
"""

Parameters = dict[str, Any]


class Sums(NamedTuple):
    """What calls are together; UTC dates."""

    calls: int
    tokens: int
    first_on: datetime.date
    last_on: datetime.date


def look_up_each() -> None:
    """Of a waiting list that has just grown the planner knows as little: it would read it whole for each call."""
    look_up_by_key()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_material = off")


def sum_up(withdrawals: Sequence[Withdrawal], *, user_id: int) -> dict[str, Sums]:
    """What of the counted calls would be withdrawn, or go to the waiting list, by reason."""
    look_up_each()
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP, asked(withdrawals, user_id))
        rows = cursor.fetchall()
    return {reason: Sums(calls, int(tokens), *dates) for reason, calls, tokens, *dates in rows}


def put_on_waiting_list(withdrawals: Sequence[Withdrawal], *, records: Mapping[str, int], user_id: int) -> None:
    """What `sum_up` says; `records` are the ids of their records by reason."""
    look_up_each()
    with connection.cursor() as cursor:
        cursor.execute(PUT_ON_WAITING_LIST, asked(withdrawals, user_id) | by_reason(records))


def count_waiting(withdrawals: Sequence[Withdrawal], *, user_id: int) -> int:
    return count(COUNT_WAITING, asked(withdrawals, user_id))


def take_off_waiting_list(*, user_id: int, record_id: int, reason: str, limit: int) -> list[Withdrawal]:
    """Some of what waits in a record."""
    with connection.cursor() as cursor:
        cursor.execute(OF_WAITING_LIST, {"user": user_id, "record": record_id, "limit": limit})
        return [Withdrawal(call_id.bytes, revision, reason) for call_id, revision in cursor.fetchall()]


def keep(*, user_id: int, record_id: int, reason: str, limit: int) -> int:
    """Takes some calls off the waiting list for good; their number."""
    look_up_each()
    return count(KEEP, {"user": user_id, "record": record_id, "reason": reason, "limit": limit})


def withdraw(
    withdrawals: Sequence[Withdrawal], *, records: Mapping[str, int], user_id: int, now: datetime.datetime
) -> int:
    """Withdraws what no later reading has confirmed, stored or still to come; the number of calls that no longer
    count. `records` are the ids of their records by reason."""
    look_up_each()
    parameters = asked(withdrawals, user_id) | {"now": now}
    withdrawn = count(WITHDRAW, parameters | by_reason(records))
    with connection.cursor() as cursor:
        cursor.execute(ADD_TOMBSTONES, parameters)
    return withdrawn


def asked(withdrawals: Sequence[Withdrawal], user_id: int) -> Parameters:
    ids, revisions, reasons = (list(column) for column in zip(*withdrawals, strict=True))
    names = [UUID(bytes=call_id) for call_id in ids]
    return {"user": user_id, "ids": names, "revisions": revisions, "reasons": reasons}


def by_reason(records: Mapping[str, int]) -> Parameters:
    return {"records": list(records.values()), "record_reasons": list(records)}


def bring_back(*, user_id: int, record_id: int, reason: str, limit: int, now: datetime.datetime) -> int:
    """Brings back some calls of a record as they were; their number."""
    parameters: Parameters = {"user": user_id, "record": record_id, "reason": reason, "limit": limit, "now": now}
    look_up_each()
    return count(BRING_BACK, parameters)


def forget(*, user_id: int, record_id: int, reason: str, limit: int) -> int:
    """Leaves of some calls of a record only what keeps them away; their number."""
    return count(FORGET, {"user": user_id, "record": record_id, "reason": reason, "limit": limit})
