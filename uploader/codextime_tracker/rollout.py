"""Bytes to events: reads one rollout in bounded memory and decodes only the lines that counting needs.

Most lines hold long texts and no usage, so a line's first bytes decide: if they have the shape that Codex writes and
name a type without usage, the rest of the line is not looked at. Any other line is parsed as JSON, and only its
top-level type counts: rollout lines quoted in prompts or tool output are text.
"""

import re
from collections.abc import Iterator
from errno import EIO
from typing import BinaryIO, Protocol

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from codextime_tracker.lines import CountLine, Event, RecordLine, SessionLine, TurnLine

CHUNK_BYTES = 256 * 1024  # fits the processor's cache
LONGEST_LINE_BYTES = 64 * 1024 * 1024

HEAD = rb'\{"timestamp":"[^"\\]{0,40}",(?:"ordinal":\d{1,19},)?"type":"'
is_boring = re.compile(
    HEAD + rb'(?:response_item"|event_msg","payload":\{"type":"(?!token_count"|task_started")\w+"'
    rb'|(?!session_meta"|turn_context"|token_usage_record"|event_msg")\w+")'
).match
find_kind = re.compile(HEAD + rb'((?:event_msg","payload":\{"type":")?\w+)"').match

# A kind is a top-level type or, for events, this and the event's type: the very bytes of a line's head.
EVENT = b'event_msg","payload":{"type":"'
DECODERS: dict[bytes, Decoder[SessionLine] | Decoder[TurnLine] | Decoder[RecordLine] | Decoder[CountLine]] = {
    b"session_meta": Decoder(SessionLine),
    b"turn_context": Decoder(TurnLine),
    EVENT + b"task_started": Decoder(TurnLine),
    b"token_usage_record": Decoder(RecordLine),
    EVENT + b"token_count": Decoder(CountLine),
}


class AnyPayload(Struct):
    type: str | None = None


class AnyLine(Struct):
    type: str | None = None
    payload: Raw = Raw(b"null")


any_line = Decoder(AnyLine)
any_payload = Decoder(AnyPayload)


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

    def __iter__(self) -> Iterator[Event]:
        """The events of the file in order. Raises `OSError` if the file cannot be read any further."""
        for line in self.lines():
            try:
                event = decode(line)
            except (DecodeError, UnicodeDecodeError):
                self.bad_lines += 1
                continue
            if event is not None:
                yield event
        yield from self.last_event()

    def last_event(self) -> Iterator[Event]:
        """The event of a last line without a newline. A line that was cut off is no JSON yet: it stays unread."""
        try:
            event = decode(self.unterminated)
        except (DecodeError, UnicodeDecodeError):
            return
        if event is not None:
            self.offset += len(self.unterminated)
            yield event

    def lines(self) -> Iterator[bytes]:
        """The lines that may matter."""
        data, start = self.read(), 0
        while data:
            end = data.find(b"\n", start)
            if end < 0:
                line, data, start = self.finish_line(data[start:])
                if line is not None:
                    yield line
            else:
                if is_boring(data, start) is None:
                    yield data[start:end]
                start = end + 1

    def finish_line(self, head: bytes) -> tuple[bytes | None, bytes, int]:
        """Reads on to the end of the line that starts with `head`.

        Returns the line, if it may matter, the chunk in which it ends, and the place after it.
        """
        pieces, size = [head], len(head)
        while chunk := self.read():
            end = chunk.find(b"\n")
            pieces.append(chunk if end < 0 else chunk[:end])
            size += len(pieces[-1])
            if size > LONGEST_LINE_BYTES or (len(pieces) == 2 and is_boring(b"".join(pieces))):
                return self.skip_line(chunk, end, size)
            if end >= 0:
                return b"".join(pieces), chunk, end + 1
        self.unterminated = b"".join(pieces)
        self.offset -= size
        return None, b"", 0

    def skip_line(self, chunk: bytes, end: int, size: int) -> tuple[None, bytes, int]:
        """Reads on to the end of a line without keeping it: `None`, the chunk, the place after it."""
        while end < 0:
            chunk = self.read()
            if not chunk:
                self.offset -= size
                break
            end = chunk.find(b"\n")
            size += len(chunk) if end < 0 else end
        self.long_lines += size > LONGEST_LINE_BYTES
        return None, chunk, end + 1

    def read(self) -> bytes:
        chunk = self.source.read(CHUNK_BYTES)
        self.offset += len(chunk)
        self.bytes_read += len(chunk)
        return chunk


def decode(line: bytes) -> Event | None:
    """The event of a line, or `None` if its type does not matter. Raises `DecodeError` if its shape is wrong."""
    found = find_kind(line)
    kind = found[1] if found else b"event_msg"
    decoder = DECODERS.get(full_kind(line) if kind == b"event_msg" else kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(line)
    except UnicodeDecodeError:
        return decoder.decode(readable(line))


def full_kind(line: bytes) -> bytes:
    """The kind of a line whose head has an unusual shape: another order of keys, white space, escapes."""
    if not line.strip():
        return b""
    try:
        parsed = any_line.decode(line)
    except UnicodeDecodeError:
        parsed = any_line.decode(readable(line))
    kind = (parsed.type or "").encode()
    return EVENT + (any_payload.decode(parsed.payload).type or "").encode() if kind == b"event_msg" else kind


def readable(line: bytes) -> bytes:
    return line.decode("utf-8", "replace").encode()
