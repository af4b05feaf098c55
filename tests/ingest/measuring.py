"""Run as a program: reads hostile uploads, each in a process of its own, and prints by how many bytes it grew.

Python's own accounts do not see what the JSON decoder and zlib take, so the kernel's are read.
"""

import contextlib
import gzip
import io
import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "codextime.config.settings"

import django

django.setup()

from codextime.ingest import bodies, decoding  # noqa: E402 - needs Django's models

MIB = 1024 * 1024
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENVELOPE = {"protocol": 1, "upload_id": "1" * 32, "user": "u_7xk2m9qvt4bnrq", "source": "5" * 32, "calls": []}
ROW = {
    "id": "1" * 32,
    "at": "2026-11-20T10:00:00.000Z",
    "model": "gpt-5.1-codex",
    "input_tokens": 1000,
    "cached_input_tokens": 600,
    "cache_write_input_tokens": 0,
    "output_tokens": 100,
    "reasoning_output_tokens": 40,
    "revision": 257,
}


def with_calls(calls: bytes) -> bytes:
    return json.dumps(ENVELOPE).encode().replace(b'"calls": []', b'"calls": [' + calls + b"]")


def filled(value: bytes, size: int = 7 * MIB) -> bytes:
    return with_calls(b",".join([value] * (size // (len(value) + 1))))


BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros": lambda: bytes(500 * MIB),
    "spaces in front": lambda: b" " * (7 * MIB) + json.dumps(ENVELOPE).encode(),
    "arrays in arrays": lambda: b"[" * (7 * MIB),
    "arrays in a call": lambda: with_calls(b"[" * (7 * MIB // 2) + b"]" * (7 * MIB // 2)),
    "objects in a call": lambda: with_calls(b'{"a":' * MIB + b"1" + b"}" * MIB),
    "numbers": lambda: filled(b"1"),
    "as many numbers as rows may have values": lambda: filled(b"1", size=2 * 399_999),
    "empty objects": lambda: filled(b"{}"),
    "texts": lambda: filled(b'""'),
    "NaN": lambda: filled(b"NaN"),
    "a huge number": lambda: with_calls(b"9" * (7 * MIB)),
    "huge numbers": lambda: filled(b"9" * 4300),
    "the same key again and again": lambda: b"{" + b",".join([b'"protocol":1'] * (7 * MIB // 13)) + b"}",
    "new keys": lambda: b"{" + b",".join(b'"%d":1' % number for number in range(500_000)) + b"}",
    "a long text": lambda: with_calls(b'"' + b"x" * (7 * MIB) + b'"'),
    "escapes": lambda: with_calls(b'"' + rb"\u0041" * (MIB) + b'"'),
    "ten thousand calls": lambda: with_calls(b",".join([json.dumps(ROW).encode()] * 10_000)),
    "ten thousand bad calls": lambda: with_calls(b",".join([json.dumps(ROW | {"at": 1}).encode()] * 10_000)),
}


def read(packed: bytes) -> None:
    with contextlib.suppress(bodies.BodyTooLarge, decoding.UploadInvalid):
        decoding.decode_upload(bodies.read_body(io.BytesIO(packed), "gzip"), now=NOW)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(packed: bytes) -> int:
    """By how many bytes a new process grows that reads this."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        before = peak()
        read(packed)
        os.write(writer, str(peak() - before).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        grown = pipe.read()
    assert os.waitpid(child, 0)[1] == 0, "the reader died"
    return int(grown)


def pack(bomb: Callable[[], bytes], path: Path) -> None:
    """In a process of its own, so that the bomb is not in what the readers have."""
    child = os.fork()
    if child == 0:
        path.write_bytes(gzip.compress(bomb(), 1))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    path = Path(sys.argv[1], "bomb")
    read(gzip.compress(with_calls(json.dumps(ROW).encode())))
    for name, bomb in BOMBS.items():
        pack(bomb, path)
        sys.stdout.write(json.dumps([name, measure(path.read_bytes())]) + "\n")
        sys.stdout.flush()  # before the next fork copies it
