"""A request's body, unpacked in bounded memory however it was packed."""

import zlib
from typing import Protocol

from codextime.ingest.contract import MAXIMUM_BYTES

CHUNK_BYTES = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS  # zlib's manual, inflateInit2: a gzip header and trailer, and no other


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class BodyTooLarge(ValueError):
    """The body is larger than the contract's limit, packed or unpacked."""


class BodyDamaged(ValueError):
    """The body is not the gzip stream that its header promised."""


class EncodingUnknown(ValueError):
    """The body is encoded in another way than gzip."""


def read_body(stream: Stream, encoding: str) -> bytes:
    """The unpacked body, at most `MAXIMUM_BYTES`. Raises `BodyTooLarge`, `BodyDamaged`, `EncodingUnknown`."""
    if encoding == "gzip":
        return inflate(stream)
    if encoding in ("", "identity"):
        return read_plain(stream)
    raise EncodingUnknown(encoding)


def read_plain(stream: Stream) -> bytes:
    pieces: list[bytes] = []
    room = MAXIMUM_BYTES
    while piece := stream.read(CHUNK_BYTES):
        room -= len(piece)
        if room < 0:
            raise BodyTooLarge
        pieces.append(piece)
    return b"".join(pieces)


def inflate(stream: Stream) -> bytes:
    """Stops as soon as the limit is passed, packed or unpacked: a bomb costs no more than a real upload, and neither
    does a stream of empty blocks or an endless header."""
    inflater = zlib.decompressobj(GZIP)
    pieces: list[bytes] = []
    room = packed_room = MAXIMUM_BYTES
    try:
        while piece := stream.read(CHUNK_BYTES):
            packed_room -= len(piece)
            if packed_room < 0:
                raise BodyTooLarge
            unpacked = inflater.decompress(piece, room + 1)
            room -= len(unpacked)
            if room < 0 or inflater.unconsumed_tail:
                raise BodyTooLarge
            if inflater.unused_data:
                raise BodyDamaged("There is something behind the end of the gzip stream.")
            pieces.append(unpacked)
    except zlib.error as error:
        raise BodyDamaged("The body is not gzip.") from error
    if not inflater.eof:
        raise BodyDamaged("The gzip stream ends too early.")
    return b"".join(pieces)
