"""Bytes to events: reads one rollout in bounded memory and decodes only the lines that counting needs.

Most lines hold long texts and no usage, so a line's first bytes decide: if they have the shape that Codex writes and
name a type without usage, the rest of the line is not looked at. Any other line is parsed as JSON, and only its
top-level type counts: rollout lines quoted in prompts or tool output are text.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Protocol

from msgspec import DecodeError, Raw, Struct, ValidationError, convert
from msgspec.json import Decoder, decode

from codextime_tracker import compiled
from codextime_tracker.lines import Counted, CountLine, Event, Record, RecordLine, SessionLine, Totals, TurnLine, Usage

CHUNK_BYTES = 1024 * 1024  # smaller ones go back to the system each time: a scan then has four times the page faults
LONGEST_LINE_BYTES = 64 * 1024 * 1024
START_BYTES, END_BYTES = 1024, 256  # of a file, by which it is known again

# A line starts with {"timestamp":"2026-11-21T01:48:49.895Z","type":" or has an ordinal before the type. An event names
# its own type first. These are the places and bytes by which a usual head is known.
TIME_ENDS, TYPE_STARTS, ORDINAL_STARTS, ORDINAL_ENDS = 37, 48, 50, 80
TYPE_FOLLOWS = b'Z","type":'
ORDINAL_FOLLOWS = b'Z","ordina'
TYPE = b',"type":"'
EVENT = b'event_msg","payload":{"type":"'
MOST_HEADS = 500
MOST_EVENTS = CHUNK_BYTES  # more than a block can hold
NEWLINE = ord("\n")
NEVER = b"\n\n"  # no line ends so


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


DECODERS: dict[bytes, TypedDecoder] = {
    b"session_meta": Decoder(SessionLine),
    b"turn_context": Decoder(TurnLine),
    b"token_usage_record": Decoder(RecordLine),
    EVENT + b"task_started": Decoder(TurnLine),
    EVENT + b"token_count": Decoder(CountLine),
}
COUNT = DECODERS[EVENT + b"token_count"]
NAMES = tuple(DECODERS)  # these two are for the compiled reader
CLASSES = (Usage, Totals, Counted, CountLine, Record, RecordLine, Raw)
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


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class LineCounter(Protocol):
    """Takes events. `is_plain`: as long as all is usual, the compiled reader may do that for it."""

    @property
    def is_plain(self) -> bool: ...


class Reading:
    """One pass over a rollout, from a place where a line starts to its end.

    `counter` may be set to whoever is fed with all the events that follow: then those that the compiled reader can
    count for it are left out. `offset` is, at the end, where the next pass must start. `bad_lines` could not be parsed,
    `long_lines` were over 64 MiB. `is_unfinished`: the last line was cut off.
    """

    def __init__(self, source: Source, offset: int = 0) -> None:
        self.source = source
        self.offset = offset
        self.bytes_read = 0
        self.bad_lines = 0
        self.long_lines = 0
        self.is_unfinished = False
        self.unterminated = b""
        self.start = self.end = b""  # of what was read
        self.counter: LineCounter | None = None

    def __iter__(self) -> Iterator[Event]:
        """The events of the file in order. Raises `OSError` if the file cannot be read any further."""
        return self.read_by_python() if compiled.read_block is None else self.read_by(compiled.read_block)

    def read_by(self, read_block: compiled.ReadBlock) -> Iterator[Event]:
        """By the compiled reader, which leaves to Python whatever is unusual. The head of the file comes line by line:
        who has seen it may know a counter."""
        repeated, is_head = b"", True
        for data, start in self.blocks():
            place = start
            while True:
                counter = self.counter if self.counter and self.counter.is_plain else None
                most = 1 if is_head else MOST_EVENTS
                events, repeated, place = read_block(data, place, repeated, self.decode, NAMES, CLASSES, counter, most)
                if not events:
                    break
                is_head = is_head and type(events[0]) is SessionLine
                yield from events
        yield from self.last_event()

    def decode(self, line: bytes) -> Event | None:
        """The event of any line, if it has one."""
        decoder = decoder_for(line, find_type(line))
        try:
            return decoder.decode(line) if decoder else None
        except (DecodeError, UnicodeDecodeError, RecursionError):
            return self.decode_damaged(line)

    def read_by_python(self) -> Iterator[Event]:  # noqa: C901 - one loop without calls, which would double its cost
        """Every line of a home comes by here, and most are no more than looked at: from the type on, they start like
        one before them. The last `token_count` is remembered too: the same again, which is common, says nothing new.
        """
        without_usage, decoders = heads.without_usage, heads.decoders
        glance = glance_at(TYPE_STARTS)  # a slice of its own for each line would cost as much as the looking
        repeated = NEVER
        for data, start in self.blocks():
            lines = BytesIO(data)  # which gives lines at half the cost of a search for each newline
            lines.seek(start)
            for line in lines:
                head = line[glance]
                if head in without_usage:
                    continue
                if line[-1] != NEWLINE:
                    break  # it goes on in the next block
                decoder = decoders.get(head)
                if decoder is None:
                    place = find_type(line)
                    decoder = decoder_for(line, place)
                    if place:
                        glance = glance_at(place)
                        head = line[glance]
                    if decoder is any_line:
                        repeated = NEVER  # it can be a `token_count` too
                    else:
                        heads.remember(head, decoder)
                        if decoder is None:
                            continue
                if decoder is COUNT:
                    begin = glance.start
                    if line.endswith(repeated) and len(line) == begin + len(repeated):
                        continue
                    repeated = line[begin:]
                try:
                    event = decoder.decode(line)
                except (DecodeError, UnicodeDecodeError, RecursionError):
                    event, repeated = self.decode_damaged(line), NEVER
                if event is not None:
                    yield event
        yield from self.last_event()

    def decode_damaged(self, line: bytes) -> Event | None:
        """The event of a line that is no JSON, or only because of invalid UTF-8 or a byte order mark."""
        try:
            return any_line.decode(line.removeprefix(BOM_UTF8).decode("utf-8", "replace").encode())
        except (DecodeError, RecursionError):
            self.bad_lines += 1
            return None

    def last_event(self) -> Iterator[Event]:
        """The event of a last line without a newline. A line that was cut off is no JSON yet: it stays unread."""
        bad_lines = self.bad_lines
        event = self.decode_damaged(self.unterminated)
        self.is_unfinished = self.bad_lines > bad_lines
        self.bad_lines = bad_lines
        if event is not None:
            self.offset += len(self.unterminated)
            yield event

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """The file in pieces, each with the place from which it holds whole lines, up to its last newline."""
        pieces: list[bytes] = []  # of a line that goes on in the next chunk
        size = 0
        while chunk := self.read():
            end = chunk.find(b"\n")
            size += len(chunk) if end < 0 else end
            is_long = size > LONGEST_LINE_BYTES
            if is_long:
                pieces.clear()
            if end < 0:
                if not is_long:
                    pieces.append(chunk)
                continue
            if is_long:
                self.long_lines += 1
            else:
                yield b"".join((*pieces, chunk[: end + 1])), 0
            yield chunk, end + 1
            pieces = [chunk[chunk.rfind(b"\n") + 1 :]]
            size = len(pieces[0])
        self.unterminated = b"".join(pieces)
        self.offset -= size

    def read(self) -> bytes:
        chunk = self.source.read(CHUNK_BYTES)
        if not self.bytes_read:
            self.start = chunk[:START_BYTES]
        self.end = chunk[-END_BYTES:] if len(chunk) >= END_BYTES else (self.end + chunk)[-END_BYTES:]
        self.offset += len(chunk)
        self.bytes_read += len(chunk)
        return chunk
