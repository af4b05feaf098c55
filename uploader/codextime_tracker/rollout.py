"""Bytes to events: reads one rollout in bounded memory and decodes only the lines that counting needs.

Most lines hold long texts and no usage, so a line's first bytes decide: if they have the shape that Codex writes and
name a type without usage, the rest of the line is not looked at. Any other line is parsed as JSON (`decoding`), and
only its top-level type counts: rollout lines quoted in prompts or tool output are text.
"""

from __future__ import annotations

from io import BytesIO

from codextime_tracker import compiled
from codextime_tracker.quick_start import import_msgspec

TYPE_CHECKING = (
    False  # here and in whatever else a scan needs: to import `typing` takes longer than to read a few files
)
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from codextime_tracker.lines import Event

    class Source(Protocol):
        def read(self, size: int, /) -> bytes: ...

    class LineCounter(Protocol):
        """Takes events. `is_plain`: as long as all is usual, the compiled reader may do that for it."""

        @property
        def is_plain(self) -> bool: ...


CHUNK_BYTES = 1024 * 1024  # smaller ones go back to the system each time: a scan then has four times the page faults
LONGEST_LINE_BYTES = 64 * 1024 * 1024
START_BYTES, END_BYTES = 1024, 256  # of a file, by which it is known again
MOST_EVENTS = CHUNK_BYTES  # more than a block can hold
NEWLINE = ord("\n")
NEVER = b"\n\n"  # no line ends so

EVENT = b'event_msg","payload":{"type":"'
# Of the types that tell something, as they stand in a line: an event's own behind it.
NAMES = (
    b"session_meta",
    b"turn_context",
    b"token_usage_record",
    EVENT + b"task_started",
    EVENT + b"token_count",
)


class Reading:
    """One pass over a rollout, from a place where a line starts to its end.

    `counter` may be set to whoever is fed with all the events that follow: then those that the compiled reader can
    count for it are left out. `offset` is, at the end, where the next pass must start. `bad_lines` could not be parsed,
    `long_lines` were over 64 MiB. `is_unfinished`: the last line was cut off.
    """

    def __init__(self, source: Source, offset: int = 0) -> None:
        self.source = source
        self.first_chunk = b""  # if somebody has looked at it
        self.has_start = False
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

    def find_start(self) -> compiled.Start | None:
        """What the first line says, if that is usual and the compiled reader knows it; it is no event then. Before
        anything else is read."""
        if compiled.read_block is None or compiled.read_start is None:
            return None
        self.first_chunk = self.read()
        start = compiled.read_start(self.first_chunk, NAMES)
        self.has_start = start is not None
        return start

    def read_by(self, read_block: compiled.ReadBlock) -> Iterator[Event]:
        """By the compiled reader, which leaves to Python whatever is unusual. The head of the file comes line by line:
        who has seen it may know a counter."""
        repeated, is_head = b"", not self.has_start
        blocks = self.blocks()
        if self.has_start:
            next(blocks)  # the first line alone
        for data, start in blocks:
            place = start
            while True:
                counter = self.counter if self.counter and self.counter.is_plain else None
                most = 1 if is_head else MOST_EVENTS
                events, repeated, place = read_block(
                    data, place, repeated, self.decode, NAMES, classes_of_events, counter, most
                )
                if not events:
                    break
                is_head = is_head and is_of_head(events[0])
                yield from events
        yield from self.last_event()

    def decode(self, line: bytes) -> Event | None:
        """The event of any line, if it has one."""
        import_msgspec()
        from msgspec import DecodeError

        from codextime_tracker.decoding import event_of

        try:
            return event_of(line)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            return self.decode_damaged(line)

    def read_by_python(self) -> Iterator[Event]:  # noqa: C901 - one loop without calls, which would double its cost
        """Every line of a home comes by here, and most are no more than looked at: from the type on, they start like
        one before them. The last `token_count` is remembered too: the same again, which is common, says nothing new.
        """
        import_msgspec()
        from msgspec import DecodeError

        from codextime_tracker.decoding import (
            COUNT,
            TYPE_STARTS,
            any_line,
            decoder_for,
            find_type,
            glance_at,
            heads,
        )

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
        import_msgspec()
        from msgspec import DecodeError

        from codextime_tracker.decoding import event_of_damaged

        try:
            return event_of_damaged(line)
        except (DecodeError, RecursionError):
            self.bad_lines += 1
            return None

    def last_event(self) -> Iterator[Event]:
        """The event of a last line without a newline. A line that was cut off is no JSON yet: it stays unread."""
        if not self.unterminated:
            return
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
        while chunk := self.next_chunk():
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

    def next_chunk(self) -> bytes:
        chunk, self.first_chunk = self.first_chunk, b""
        return chunk or self.read()

    def read(self) -> bytes:
        chunk = self.source.read(CHUNK_BYTES)
        if not self.bytes_read:
            self.start = chunk[:START_BYTES]
        self.end = chunk[-END_BYTES:] if len(chunk) >= END_BYTES else (self.end + chunk)[-END_BYTES:]
        self.offset += len(chunk)
        self.bytes_read += len(chunk)
        return chunk


def is_of_head(event: Event) -> bool:
    from codextime_tracker.lines import SessionLine

    return type(event) is SessionLine


def classes_of_events() -> tuple[type, ...]:
    """For the compiled reader, of which most files need no event."""
    import_msgspec()
    from codextime_tracker.decoding import CLASSES

    return CLASSES
