"""Calls as Apache Parquet. Cannot be imported without pyarrow, which `codextime-tracker[parquet]` brings."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow
from pyarrow.parquet import ParquetWriter

from codextime_tracker.export import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codextime_tracker.export import Row

ROWS_AT_ONCE = 50_000  # a row group; some 10 MB until it is written
TYPES = {
    "at": pyarrow.timestamp("ms", tz="UTC"),
    "file_gone": pyarrow.bool_(),
    "flags": pyarrow.list_(pyarrow.string()),
    **dict.fromkeys(("thread", "file", "model"), pyarrow.string()),
}
SCHEMA = pyarrow.schema([(name, TYPES.get(name, pyarrow.int64())) for name in COLUMNS])


class Sink:
    """Takes what a writer writes, until it is taken away."""

    closed = False

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Holds nothing back."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


def parquet(rows: Iterable[Row]) -> Iterator[bytes]:
    """In bounded memory, a row group at a time."""
    sink, rest = Sink(), iter(rows)
    with ParquetWriter(pyarrow.PythonFile(sink, mode="w"), SCHEMA, compression="zstd") as writer:
        while group := [typed(row) for row in islice(rest, ROWS_AT_ONCE)]:
            writer.write_table(pyarrow.Table.from_pylist(group, schema=SCHEMA))
            yield sink.take()
    yield sink.take()


def typed(row: Row) -> dict[str, object]:
    return dict(zip(COLUMNS, row, strict=True)) | {"at": datetime.fromisoformat(row[0])}
