"""Bytes to events: reads one rollout in bounded memory and decodes only the lines that counting needs.

Most lines hold long texts and no usage, so a line's first bytes decide: if they have the shape that Codex writes and
name a type without usage, the rest of the line is not looked at. Any other line is parsed as JSON, and only its
top-level type counts: rollout lines quoted in prompts or tool output are text.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator
from errno import EIO
from typing import Any, BinaryIO, Protocol

from msgspec import DecodeError, Raw, Struct, ValidationError, convert
from msgspec.json import Decoder, decode

from codextime_tracker.lines import CountLine, Event, RecordLine, SessionLine, TurnLine

CHUNK_BYTES = 256 * 1024  # fits the processor's cache
LONGEST_LINE_BYTES = 64 * 1024 * 1024

# A line starts with {"timestamp":"2026-11-21T01:48:49.895Z","type":" or has an ordinal before the type. An event names
# its own type first. These are the places and bytes by which a usual head is known.
TIME_ENDS, TYPE_STARTS, ORDINAL_STARTS, ORDINAL_ENDS = 37, 48, 50, 80
TYPE_FOLLOWS = b'Z","type":'
ORDINAL_FOLLOWS = b'Z","ordina'
TYPE = b',"type":"'
EVENT = b'event_msg","payload":{"type":"'
TYPE_BYTES, EVENT_BYTES = len(TYPE), len(EVENT)


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
GLANCE = 12


def by_first_bytes(prefix: bytes) -> dict[bytes, tuple[bytes, LineDecoder]]:
    """Whole names, up to the quote behind them, and decoders of the kinds that start so, by what a glance shows."""
    kinds = {kind.removeprefix(EVENT) + b'"': kind for kind in DECODERS if kind.startswith(EVENT) == bool(prefix)}
    return {name[:GLANCE]: (name, DECODERS[kind]) for name, kind in kinds.items()}


BY_TYPE, BY_EVENT = by_first_bytes(b""), by_first_bytes(EVENT)


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


def find_type(data: bytes, start: int) -> int:
    """Where the type of the line at `start` starts, behind an ordinal of any length; 0 if it does not."""
    end = data.find(TYPE, start + ORDINAL_STARTS, start + ORDINAL_ENDS)
    return end + TYPE_BYTES if data[start + ORDINAL_STARTS : end].isdigit() else 0


class Decompressed:
    """The contents of a `.jsonl.zst`, which Codex makes of files that it has not written to for a while."""

    def __init__(self, source: BinaryIO) -> None:
        import zstandard  # few homes have compressed rollouts

        self.stream = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
        self.failure = zstandard.ZstdError

    def read(self, size: int) -> bytes:
        """Raises `OSError` if the file is damaged."""
        try:
            return self.stream.read(size)
        except self.failure as error:
            raise OSError(EIO, f"its compression is damaged ({error})") from error


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Reading:
    """One pass over a rollout, from a place where a line starts to its end.

    `offset` is, at the end, where the next pass must start. `bad_lines` could not be parsed, `long_lines` were over
    64 MiB.
    """

    def __init__(self, source: Source, offset: int = 0) -> None:
        self.source = source
        self.offset = offset
        self.bytes_read = 0
        self.bad_lines = 0
        self.long_lines = 0
        self.unterminated = b""

    def __iter__(self) -> Iterator[Event]:  # noqa: C901 - one loop for speed
        """The events of the file in order. Raises `OSError` if the file cannot be read any further.

        Every line of a home comes by here, so this is one loop without calls of our own: they would double its cost.
        """
        after_ordinal = ORDINAL_STARTS  # where the type starts; most lines have as many digits as the one before
        for data, start in self.blocks():
            find = data.find
            while (end := find(b"\n", start)) >= 0:
                here, start = start, end + 1
                lead = data[here + TIME_ENDS : here + TIME_ENDS + 10]
                if lead == TYPE_FOLLOWS:
                    place = here + TYPE_STARTS
                elif lead == ORDINAL_FOLLOWS:
                    place = here + after_ordinal
                    if data[place - TYPE_BYTES : place] != TYPE:
                        place = find_type(data, here)
                        after_ordinal = place - here
                else:
                    place = 0
                kind = data[place : place + GLANCE]
                if kind == b"response_ite":
                    continue
                if place <= 0:
                    decoder: LineDecoder | None = any_line
                elif kind != b'event_msg","':
                    known = BY_TYPE.get(kind)
                    decoder = known[1] if known and data.startswith(known[0], place) else None
                elif data.startswith(EVENT, place):
                    place += EVENT_BYTES
                    known = BY_EVENT.get(data[place : place + GLANCE])
                    decoder = known[1] if known and data.startswith(known[0], place) else None
                else:
                    decoder = any_line
                if decoder is not None:
                    try:
                        event = decoder.decode(data[here:end])
                    except (DecodeError, UnicodeDecodeError, RecursionError):
                        event = self.decode_damaged(data[here:end])
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
        self.offset += len(chunk)
        self.bytes_read += len(chunk)
        return chunk
