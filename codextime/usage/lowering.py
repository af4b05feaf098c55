"""The SQL of replacements that leave less of a call than it had: with them a buggy tracker, or who stole its token,
could take back everything without withdrawing anything. They are recorded, limited, decided and undone as withdrawals
are, by the same functions of `recording` and `decisions`; those of `withdrawing` have their counterparts here.

The readings are in the staging table of `storing`. Everything runs under the lock on the uploads of the user.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from codextime.usage.models import Correction
from codextime.usage.readings import REASON_NUMBERS
from codextime.usage.storing import (
    IS_OLDER,
    LEDGER,
    MARK,
    READ,
    REASON_PARAMETERS,
    STAGED_AND_STORED,
    count,
    make_staging,
)
from codextime.usage.withdrawing import Parameters, Sums, by_reason, look_up_each

BROUGHT_BACK = Correction.Reason.BROUGHT_BACK.value

# A withdrawn call counts nothing, but what it said can still be brought back.
LOST = "(stored.input_tokens::numeric + stored.output_tokens) - (staged.input_tokens::numeric + staged.output_tokens)"
IS_LOWER = f"(stored.revision < staged.revision AND {LOST} > 0)"
# As for withdrawals: what waits stays, whoever asks again, and against what the owner kept only a better one is heard.
IS_HEARD = """
    (coalesce(stored.kept_revision, 0) < staged.revision AND NOT EXISTS (
        SELECT FROM usage_waitingreading waiting WHERE waiting.user_id = %(user)s AND waiting.call_id = staged.call_id
    ))
"""
REASON = "coalesce((%(reasons)s::text[])[staged.reason], 'recounted')"
ON = "(stored.at AT TIME ZONE 'UTC')::date"

SUM_UP = f"""
SELECT CASE WHEN {IS_LOWER} THEN CASE WHEN {IS_HEARD} THEN {REASON} ELSE '' END END AS why,
    count(*), sum({LOST}), min({ON}), max({ON})
FROM {STAGED_AND_STORED} WHERE {IS_OLDER} GROUP BY 1
"""

RECORDS = (
    f"unnest(%(records)s::bigint[], %(record_reasons)s::text[]) AS record (id, reason) ON record.reason = {REASON}"
)
HEARD = f"FROM {STAGED_AND_STORED} JOIN {RECORDS} WHERE {IS_LOWER} AND {IS_HEARD}"

PUT_ON_WAITING_LIST = f"""
INSERT INTO usage_waitingreading (user_id, call_id, record_id, {READ})
SELECT %(user)s, staged.call_id, record.id, {", ".join(f"staged.{column.strip()}" for column in READ.split(","))}
{HEARD}
"""
# What was said first is what can be brought back, for as long as the newest replacement can be undone: many small steps
# take away no more than one. A name that its owner hides just now is not kept here either.
KEEP_FORMER = f"""
INSERT INTO usage_formerreading (user_id, call_id, record_id, at, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, model_id, revision)
SELECT %(user)s, stored.call_id, record.id, stored.at, stored.input_tokens, stored.cached_input_tokens,
    stored.cache_write_input_tokens, stored.output_tokens, stored.reasoning_output_tokens,
    CASE staged.reason WHEN %(hidden)s THEN staged.model_id ELSE stored.model_id END,
    CASE WHEN stored.withdrawn_at IS NULL THEN stored.revision ELSE stored.former_revision END
{HEARD}
ON CONFLICT (user_id, call_id) DO UPDATE SET record_id = EXCLUDED.record_id
"""

COUNT_WAITING = f"""
SELECT count(*) FROM {STAGED_AND_STORED}
JOIN usage_waitingreading waiting ON waiting.user_id = %(user)s AND waiting.call_id = staged.call_id
WHERE {IS_LOWER}
"""
IS_UNHEARD = f"""
    stored.user_id = %(user)s AND stored.call_id = staged.call_id AND {IS_LOWER} AND NOT {IS_HEARD}
"""
# A reading that hides the model's name does so now, whatever becomes of its figures.
LEAVE_ONLY_HIDING = f"""
UPDATE usage_staging staged SET revision = stored.revision, at = stored.at, input_tokens = stored.input_tokens,
    cached_input_tokens = stored.cached_input_tokens, cache_write_input_tokens = stored.cache_write_input_tokens,
    output_tokens = stored.output_tokens, reasoning_output_tokens = stored.reasoning_output_tokens
FROM usage_call stored
WHERE {IS_UNHEARD} AND staged.reason = %(hidden)s
"""
DROP_UNHEARD = f"""
DELETE FROM usage_staging staged USING usage_call stored WHERE {IS_UNHEARD}
"""

OF_WAITING_LIST = """
    DELETE FROM usage_waitingreading WHERE user_id = %(user)s AND call_id IN (
        SELECT call_id FROM usage_waitingreading WHERE record_id = %(record)s LIMIT %(limit)s
    ) RETURNING *
"""
STAGE = f"""
WITH taken AS ({OF_WAITING_LIST})
INSERT INTO usage_staging (call_id, {READ}, reason) SELECT call_id, {READ}, %(reason)s FROM taken
"""
KEEP = f"""
WITH asked AS ({OF_WAITING_LIST}), kept AS (
    UPDATE usage_call SET kept_revision = greatest(kept_revision, asked.revision)
    FROM asked WHERE usage_call.user_id = %(user)s AND usage_call.call_id = asked.call_id
)
SELECT count(*) FROM asked
"""

OF_RECORD = """
    DELETE FROM usage_formerreading WHERE user_id = %(user)s AND call_id IN (
        SELECT call_id FROM usage_formerreading WHERE record_id = %(record)s LIMIT %(limit)s
    ) RETURNING *
"""
# A call that was withdrawn meanwhile stays so; undoing that brings back what it said first. The reading that took it
# away is not heard again.
BRING_BACK = f"""
WITH former AS ({OF_RECORD}), lowered AS (
    SELECT former.*, stored.at AS old_at, stored.model_id AS old_model_id, stored.withdrawn_at IS NULL AS is_counted,
        stored.input_tokens::numeric + stored.output_tokens AS tokens_before,
        CASE WHEN stored.withdrawn_at IS NULL THEN stored.revision ELSE stored.former_revision END AS proof
    FROM former CROSS JOIN LATERAL (
        SELECT * FROM usage_call WHERE user_id = %(user)s AND usage_call.call_id = former.call_id OFFSET 0
    ) AS stored
), back AS (
    UPDATE usage_call SET at = lowered.at, model_id = lowered.model_id, input_tokens = lowered.input_tokens,
        cached_input_tokens = lowered.cached_input_tokens,
        cache_write_input_tokens = lowered.cache_write_input_tokens, output_tokens = lowered.output_tokens,
        reasoning_output_tokens = lowered.reasoning_output_tokens,
        revision = CASE WHEN is_counted THEN lowered.revision ELSE usage_call.revision END,
        former_revision = CASE WHEN is_counted THEN usage_call.former_revision ELSE lowered.revision END,
        kept_revision = greatest(kept_revision, proof)
    FROM lowered WHERE usage_call.user_id = %(user)s AND usage_call.call_id = lowered.call_id
), ledger AS (
    {LEDGER}
    SELECT %(user)s, call_id, old_at, old_model_id, tokens_before, input_tokens::numeric + output_tokens,
        '{BROUGHT_BACK}', revision, %(now)s FROM lowered WHERE is_counted
), marked AS (
    {MARK} FROM lowered CROSS JOIN LATERAL (VALUES (lowered.at), (lowered.old_at)) AS touched (moment)
    WHERE is_counted
)
SELECT count(*) FROM former
"""
FORGET = f"WITH former AS ({OF_RECORD}) SELECT count(*) FROM former"


@dataclass(frozen=True)
class Found:
    """What the staged readings would replace: whether anything; whether there are readings of fewer tokens; and the
    sums of those that are heard, by reason, with the tokens that would be lost."""

    is_any: bool
    has_lower: bool
    sums: dict[str, Sums]


def sum_up(*, user_id: int, custom_id: int | None) -> Found:
    look_up_each()
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP, parameters_of(user_id) | {"custom": custom_id})
        rows = cursor.fetchall()
    sums = {why: Sums(calls, int(lost), *dates) for why, calls, lost, *dates in rows if why}
    return Found(bool(rows), any(row[0] is not None for row in rows), sums)


def put_on_waiting_list(*, records: Mapping[str, int], user_id: int) -> None:
    execute(PUT_ON_WAITING_LIST, parameters_of(user_id) | by_reason(records))


def keep_former(*, records: Mapping[str, int], user_id: int) -> None:
    """Keeps what calls say that are about to be replaced by less."""
    execute(KEEP_FORMER, parameters_of(user_id) | by_reason(records))


def drop_unheard(*, user_id: int) -> int:
    """Leaves staged what may replace calls now; the number of readings that wait for the owner."""
    waiting = count(COUNT_WAITING, parameters_of(user_id))
    execute(LEAVE_ONLY_HIDING, parameters_of(user_id))
    execute(DROP_UNHEARD, parameters_of(user_id))
    return waiting


def stage_waiting(*, user_id: int, record_id: int, reason: str, limit: int) -> int:
    """Takes some readings of a record off the waiting list and stages them; their number."""
    make_staging()
    of_record = {"user": user_id, "record": record_id, "reason": REASON_NUMBERS[reason], "limit": limit}
    return execute(STAGE, of_record)


def keep(*, user_id: int, record_id: int, reason: str, limit: int) -> int:
    """Takes some readings off the waiting list for good; their number."""
    look_up_each()
    return count(KEEP, {"user": user_id, "record": record_id, "limit": limit})


def bring_back(*, user_id: int, record_id: int, reason: str, limit: int, now: datetime.datetime) -> int:
    """Brings some calls of a record back to what they said first; their number."""
    look_up_each()
    return count(BRING_BACK, {"user": user_id, "record": record_id, "limit": limit, "now": now})


def forget(*, user_id: int, record_id: int, reason: str, limit: int) -> int:
    """Forgets what some calls of a record said before; their number."""
    return count(FORGET, {"user": user_id, "record": record_id, "limit": limit})


def parameters_of(user_id: int) -> Parameters:
    return {"user": user_id, **REASON_PARAMETERS}


def execute(sql: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
