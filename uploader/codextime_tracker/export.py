"""Calls in formats that other programs read, and files that are whole or not there."""

from __future__ import annotations

import os
import sys
from itertools import islice

from codextime_tracker import compiled
from codextime_tracker.counting import COUNTERS, flag_names
from codextime_tracker.exits import CannotWrite, UsageRefused
from codextime_tracker.quick_start import import_msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from codextime_tracker.stored import StoredCall

    Row: TypeAlias = tuple[str, str, str, bool, str, int, int, int, int, int, int, list[str]]  # as COLUMNS names them
    Encoder: TypeAlias = Callable[[Iterable[Row]], Iterator[bytes]]

ROWS_AT_ONCE = 250  # some 75 kB, which memory is there for again and again
# `total_tokens` as it was logged; `file_gone`: the rollout was deleted since.
COLUMNS = ("at", "thread", "file", "file_gone", "model", *COUNTERS, "flags")
FILE_GONE = COLUMNS.index("file_gone")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def encoder_of(name: str, out: str) -> Encoder:
    """What makes bytes of rows. Raises `UsageRefused` if that needs something that is not there."""
    if name != "parquet":
        return {"jsonl": jsonl, "json": json_array, "csv": csv_table}[name]
    if out == "-" and sys.stdout.isatty():
        raise UsageRefused("Parquet is nothing for a terminal. Name a file with --out.")
    try:
        from codextime_tracker.parquet import parquet
    except ImportError:
        raise UsageRefused(
            "Parquet needs one more package: `pipx install 'codextime-tracker[parquet]'`, or where the tracker is "
            "installed already, `pipx inject codextime-tracker pyarrow`. The other formats need nothing."
        ) from None
    return parquet


def row_of(call: StoredCall) -> Row:
    return (
        call.at,
        call.thread_id,
        call.file_name,
        call.is_file_gone == 1,
        call.model or "unknown",
        call.input_tokens,
        call.cached_input_tokens,
        call.cache_write_input_tokens,
        call.output_tokens,
        call.reasoning_output_tokens,
        call.logged_total_tokens,
        flag_names(call.flags) if call.flags else [],
    )


def jsonl(rows: Iterable[Row]) -> Iterator[bytes]:
    """Many lines at once."""
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        yield (compiled.write_lines and compiled.write_lines(COLUMNS, some)) or encode_lines(some)


def encode_lines(rows: list[Row]) -> bytes:
    """What the compiled writer, if there is one, leaves to msgspec."""
    import_msgspec()
    from codextime_tracker import json_rows

    return json_rows.encode_lines(rows)


def json_array(rows: Iterable[Row]) -> Iterator[bytes]:
    lead = b"[\n"
    for lines in jsonl(rows):
        yield lead + lines.rstrip(b"\n").replace(b"\n", b",\n")
        lead = b",\n"
    yield b"[]\n" if lead == b"[\n" else b"\n]\n"


def csv_table(rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 4180, with a line of names."""
    yield csv_line(COLUMNS)
    for row in rows:
        *values, flags = row
        values[FILE_GONE] = "true" if values[FILE_GONE] else "false"
        yield csv_line([*map(harmless, values), " ".join(flags)])


def csv_line(values: Iterable[object]) -> bytes:
    import csv  # only here, as others below: the usual export needs none
    import io

    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue().encode()


def harmless(value: object) -> object:
    """A text from a log that a spreadsheet would take for a formula gets a quote before it, which shows it as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def write_to_pipe(pieces: Iterator[bytes]) -> None:
    """Stops quietly when the reader has read enough, as `head` does."""
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_into(device: Path, pieces: Iterator[bytes]) -> None:
    """Into a device or a named pipe, which must stay what it is: as root, /dev/null would become a file."""
    with device.open("wb") as file:
        file.writelines(pieces)


def write_whole(path: Path, pieces: Iterator[bytes]) -> None:
    """The file appears, or is replaced, when it is complete. Raises `CannotWrite`."""
    import tempfile
    from pathlib import Path

    temporary = None
    try:
        if path.exists() and not path.is_file():
            write_into(path, pieces)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            temporary = Path(file.name)
            file.writelines(pieces)
        temporary.replace(path)
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}. Choose another file with --out.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
