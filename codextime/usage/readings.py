"""What an upload says about calls, and how it is sent to the database."""

import datetime
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
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
READ = struct.Struct("!i16s iq iq iq iq ii ii ii ih".replace(" ", ""))
READ_FIELDS = 9
NULL = struct.pack("!i", -1)


class CallReading(NamedTuple):
    """One call as a counter read it. `call_id` has 16 bytes, `at` is in UTC; `reason` says why the call is sent again,
    if it is.

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


def pack_new(
    readings: Collection[CallReading],
    *,
    user_id: int,
    source_id: int,
    model_ids: Mapping[str, int],
    thread_ids: Mapping[str, int] | None,
) -> bytes:
    """The readings as binary COPY for the table of calls: user, source, what was read, thread. Without `thread_ids`, or
    where a reading names none, a call has no thread."""
    of_threads = {key: pack_integer(number) for key, number in (thread_ids or {}).items() if key != NO_THREAD}
    threads = (of_threads.get(reading.thread or NO_THREAD, NULL) for reading in readings)
    return pack_rows(readings, model_ids, first=(pack_integer(user_id), pack_integer(source_id)), last=threads)


def pack_staged(readings: Collection[CallReading], *, model_ids: Mapping[str, int]) -> bytes:
    """The same for the staging table: what was read, reason."""
    fields = {reason: struct.pack("!ih", 2, number) for reason, number in REASON_NUMBERS.items()}
    none = struct.pack("!ih", 2, NO_REASON)
    reasons = (fields[reading.reason] if reading.reason else none for reading in readings)
    return pack_rows(readings, model_ids, first=(), last=reasons)


def pack_integer(number: int) -> bytes:
    return struct.pack("!ii", 4, number)


def pack_rows(
    readings: Iterable[CallReading], model_ids: Mapping[str, int], *, first: Sequence[bytes], last: Iterable[bytes]
) -> bytes:
    """All rows have the fields `first`; each has one of `last`. Four times as fast as one value at a time."""
    pack = READ.pack
    head = struct.pack("!h", len(first) + READ_FIELDS + 1) + b"".join(first)
    packed = [
        head
        + pack(
            *(16, call_id),
            *(8, (at - POSTGRES_EPOCH) // MICROSECOND),
            *(8, input_tokens, 8, cached, 8, cache_write, 4, output_tokens, 4, reasoning),
            *(4, model_ids[model], 2, revision),
        )
        + tail
        for (
            (call_id, at, input_tokens, cached, cache_write, output_tokens, reasoning, model, revision, _, _, _),
            tail,
        ) in zip(readings, last, strict=True)
    ]
    return b"".join([HEADER, *packed, TRAILER])
