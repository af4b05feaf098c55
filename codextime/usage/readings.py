"""What an upload says about calls, and how it is sent to the database."""

import datetime
import struct
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codextime.usage.models import Correction

NAME_HIDDEN = "name_hidden"  # its owner allows the name of the model no more; this stands in no ledger
REASON_NUMBERS = {reason: number for number, reason in enumerate([*Correction.Reason.values, NAME_HIDDEN], start=1)}
NO_REASON = 0
NO_THREAD = ""

POSTGRES_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)

# PostgreSQL's manual, COPY, "Binary Format": a header, then for each row the number of its fields, and each field after
# its length; int4 and int8 big-endian, uuid as its 16 bytes, timestamptz as microseconds since 2000.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROW = struct.Struct("!h i16s iq iq iq iq ii ii ii ih ih".replace(" ", ""))
THREAD = struct.Struct("!ii")
NO_THREAD_SAID = struct.pack("!i", -1)  # a null
COLUMNS = 10  # and one more for the thread, where a reading says any


class CallReading(NamedTuple):
    """One call as a counter read it. `call_id` has 16 bytes; `reason` says why the call is sent again, if it is.

    `thread` and `parent_thread` are hex digits: of `NO_THREAD` where the call shall belong to none any more; `None`
    where the reading does not say, as without the owner's leave.
    """

    call_id: bytes
    at: datetime.datetime
    input_tokens: int
    cached_input_tokens: int
    cache_write_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    model: str
    revision: int
    reason: str | None = None
    thread: str | None = None
    parent_thread: str | None = None


class Withdrawal(NamedTuple):
    """A call sent before that the reading `revision` proved wrong."""

    call_id: bytes
    revision: int
    reason: str


def pack_rows(
    readings: Iterable[CallReading], model_ids: Mapping[str, int], thread_ids: Mapping[str, int] | None = None
) -> bytes:
    """The readings as binary COPY for the staging table: four times as fast as one value at a time. With `thread_ids`
    a row has one more column."""
    pack = ROW.pack
    number = COLUMNS if thread_ids is None else COLUMNS + 1
    packed = [
        pack(
            *(number, 16, call_id),
            *(8, (at - POSTGRES_EPOCH) // MICROSECOND),
            *(8, input_tokens, 8, cached, 8, cache_write, 4, output_tokens, 4, reasoning),
            *(4, model_ids[model], 2, revision, 2, REASON_NUMBERS[reason] if reason else NO_REASON),
        )
        + (b"" if thread_ids is None else NO_THREAD_SAID if thread is None else THREAD.pack(4, thread_ids[thread]))
        for (
            call_id,
            at,
            input_tokens,
            cached,
            cache_write,
            output_tokens,
            reasoning,
            model,
            revision,
            reason,
            thread,
            _,
        ) in readings
    ]
    return b"".join([HEADER, *packed, TRAILER])
