"""The SQL of adding: what the user does not have goes straight into the table of calls by COPY.

Under the lock on the uploads of the user, so that what was looked up is true until the commit.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from codextime.usage.readings import NAME_HIDDEN, CallReading, pack_new
from codextime.usage.storing import look_up_by_key

SAMPLE = 32  # calls that are looked up of an upload: if none is there, nearly always all are new
# `OFFSET 0`: each is looked up by its key, whatever the planner thinks of so many.
FIND_STORED = """
SELECT position - 1, revision, model_id, withdrawn_at IS NOT NULL
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS sent (call_id, position)
CROSS JOIN LATERAL (
    SELECT revision, model_id, withdrawn_at FROM usage_call
    WHERE user_id = %(user)s AND call_id = sent.call_id OFFSET 0
) AS stored
"""
COPY = """
COPY usage_call (user_id, source_id, call_id, at, input_tokens, cached_input_tokens, cache_write_input_tokens,
    output_tokens, reasoning_output_tokens, model_id, revision, thread_id) FROM STDIN (FORMAT BINARY)
"""
MARK = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT %(user)s, "on", %(now)s FROM unnest(%(dates)s::date[]) AS "on"
"""


class StoredCall(NamedTuple):
    """What decides whether another reading of a call can change anything."""

    revision: int
    model_id: int
    is_withdrawn: bool

    def may_change(self, reading: CallReading, model_ids: Mapping[str, int]) -> bool:
        """False where `storing` would find nothing to do, which is so of all that is only sent again."""
        return (
            self.is_withdrawn
            or reading.reason == NAME_HIDDEN
            or self.revision < reading.revision
            or (self.revision == reading.revision and self.model_id != model_ids[reading.model])
        )


@dataclass(frozen=True, slots=True)
class Adding:
    """Of one upload. Without `thread_ids`, what its readings say of threads is left behind."""

    user_id: int
    source_id: int
    model_ids: Mapping[str, int]
    thread_ids: Mapping[str, int] | None
    now: datetime.datetime

    def add(self, readings: Sequence[CallReading]) -> dict[int, StoredCall]:
        """Stores those that the user does not have; the others, by their position. To look up each takes half as long
        as to store it, so it is only done if some of them are there."""
        step = max(len(readings) // SAMPLE, 1)
        if not self.find_stored(readings[::step]) and self.has_copied(readings):
            return {}
        look_up_by_key()
        stored = self.find_stored(readings)
        self.copy([reading for position, reading in enumerate(readings) if position not in stored])
        return stored

    def find_stored(self, readings: Collection[CallReading]) -> dict[int, StoredCall]:
        ids = b"".join(reading.call_id for reading in readings).hex(",", 16)
        with connection.cursor() as cursor:
            cursor.execute(FIND_STORED, {"ids": f"{{{ids}}}", "user": self.user_id})
            return {position: StoredCall(*found) for position, *found in cursor.fetchall()}

    def has_copied(self, readings: Sequence[CallReading]) -> bool:
        """False, and nothing is stored, if one of them is there."""
        try:
            with transaction.atomic():
                self.copy(readings)
        except UniqueViolation:
            return False
        return True

    def copy(self, readings: Sequence[CallReading]) -> None:
        """Stores them, and marks their dates."""
        if not readings:
            return
        rows = pack_new(
            readings,
            user_id=self.user_id,
            source_id=self.source_id,
            model_ids=self.model_ids,
            thread_ids=self.thread_ids,
        )
        dates = sorted({reading.at.date() for reading in readings})
        with connection.cursor() as cursor:
            with cursor.copy(COPY) as copy:
                copy.write(rows)
            cursor.execute(MARK, {"user": self.user_id, "now": self.now, "dates": dates})
