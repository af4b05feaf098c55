"""One line of a rollout to its event, by Python: all of them where there is no compiled reader, else the unusual ones.

Loaded when the first line needs it, as msgspec takes longer to load than a small home takes to read.
"""

from codecs import BOM_UTF8
from typing import Any, Protocol

from msgspec import Raw, Struct, ValidationError, convert
from msgspec.json import Decoder, decode

from codextime_tracker.lines import Counted, CountLine, Event, Record, RecordLine, SessionLine, Totals, TurnLine, Usage
from codextime_tracker.rollout import EVENT, NAMES

# A line starts with {"timestamp":"2026-11-21T01:48:49.895Z","type":" or has an ordinal before the type. An event names
# its own type first. These are the places and bytes by which a usual head is known.
TIME_ENDS, TYPE_STARTS, ORDINAL_STARTS, ORDINAL_ENDS = 37, 48, 50, 80
TYPE_FOLLOWS = b'Z","type":'
ORDINAL_FOLLOWS = b'Z","ordina'
TYPE = b',"type":"'
MOST_HEADS = 500


class Heads:
    """What lines started like by now, in whatever file: from the quote before the type on to behind its name."""

    def __init__(self) -> None:
        self.without_usage: set[bytes] = set()
        self.decoders: dict[bytes, LineDecoder] = {}

    def remember(self, head: bytes, decoder: "LineDecoder | None") -> None:
        if len(self.without_usage) + len(self.decoders) > MOST_HEADS:  # of no version of Codex: forget them
            self.without_usage.clear()
            self.decoders.clear()
        if decoder is None:
            self.without_usage.add(head)
        else:
            self.decoders[head] = decoder


class LineDecoder(Protocol):
    def decode(self, line: bytes, /) -> Event | None: ...


class TypedDecoder(LineDecoder, Protocol):
    @property
    def type(self) -> type[Event]: ...


LINES = (SessionLine, TurnLine, RecordLine, TurnLine, CountLine)
DECODERS: dict[bytes, TypedDecoder] = dict(zip(NAMES, map(Decoder, LINES), strict=True))
COUNT = DECODERS[EVENT + b"token_count"]
CLASSES = (Usage, Totals, Counted, CountLine, Record, RecordLine, Raw)  # what the compiled reader makes events of
HEAD_BYTES = len(TYPE) + max(map(len, DECODERS)) + 1  # from `,"type":"` to the quote behind the longest name


class AnyPayload(Struct):
    type: str | None = None


class AnyLine(Struct):
    type: str | None = None
    payload: Raw = Raw(b"null")


class AnyLineDecoder:
    """For lines whose head has an unusual shape: another order of keys, white space, escapes, another form of time."""

    line = Decoder(AnyLine)
    payload = Decoder(AnyPayload)

    def decode(self, line: bytes) -> Event | None:
        """The event, or `None` if its type does not matter. Raises `DecodeError` if its shape is wrong."""
        if not line.strip():
            return None
        parsed = self.line.decode(line)
        kind = (parsed.type or "").encode()
        if kind == b"event_msg":
            kind = EVENT + (self.payload.decode(parsed.payload).type or "").encode()
        decoder = DECODERS.get(kind)
        if decoder is None:
            return None
        try:
            return decoder.decode(line)
        except ValidationError:
            return convert(without_nulls(decode(line)), decoder.type)


def without_nulls(value: Any) -> Any:
    """`value` without the fields that say nothing. A detail may be null; a usage without its two counts is none."""
    if not isinstance(value, dict):
        return value
    told = {name for name, field in value.items() if field is not None or name in ("input_tokens", "output_tokens")}
    return {name: without_nulls(value[name]) for name in value if name in told}


any_line = AnyLineDecoder()
heads = Heads()


def find_type(line: bytes) -> int:
    """Where the top-level type of a line starts; 0 if the line does not start as Codex starts lines."""
    lead = line[TIME_ENDS : TIME_ENDS + len(TYPE_FOLLOWS)]
    if lead == TYPE_FOLLOWS:
        return TYPE_STARTS
    if lead != ORDINAL_FOLLOWS:
        return 0
    end = line.find(TYPE, ORDINAL_STARTS, ORDINAL_ENDS)
    return end + len(TYPE) if end > 0 and line[ORDINAL_STARTS:end].isdigit() else 0


def decoder_for(line: bytes, place: int) -> LineDecoder | None:
    """What decodes a line whose type starts at `place`; `None` if it has no usage."""
    if not place:
        return any_line
    end = line.find(b'"', place)
    if line[place:end] == b"event_msg":
        if not line.startswith(EVENT, place):
            return any_line
        end = line.find(b'"', place + len(EVENT))
    return DECODERS.get(line[place:end])


def glance_at(place: int) -> slice:
    """From where to where lines must be told apart whose type starts at `place`."""
    return slice(place - len(TYPE), place - len(TYPE) + HEAD_BYTES)


def event_of(line: bytes) -> Event | None:
    """The event of any line, if it has one. Raises `DecodeError`, `UnicodeDecodeError` or `RecursionError`."""
    decoder = decoder_for(line, find_type(line))
    return decoder.decode(line) if decoder else None


def event_of_damaged(line: bytes) -> Event | None:
    """Of a line that is no JSON, or only because of invalid UTF-8 or a byte order mark. Raises `DecodeError` or
    `RecursionError`."""
    return any_line.decode(line.removeprefix(BOM_UTF8).decode("utf-8", "replace").encode())


def running_sum(record: Record) -> Usage | None:
    """Of the thread at a record; `None` if it does not say that as usage."""
    try:
        return decode(record.thread_token_usage, type=Usage | None)
    except ValidationError:
        return None
