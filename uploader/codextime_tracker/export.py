"""Calls in formats that other programs read, and files that are whole or not there."""

import csv
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from codextime_tracker.counting import flag_names
from codextime_tracker.exits import CannotWrite, UsageRefused
from codextime_tracker.index import StoredCall

Row = dict[str, object]
Encoder = Callable[[Iterable[StoredCall]], Iterator[bytes]]
COLUMNS = (
    "at",
    "thread",
    "file",
    "file_gone",
    "model",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
    "flags",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def encoder_of(name: str, out: str) -> Encoder:
    """What makes bytes of calls. Raises `UsageRefused` if that needs something that is not there."""
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
    """`total_tokens` as it was logged; `file_gone`: the rollout was deleted since."""
    return {
        "at": call.at,
        "thread": call.thread_id,
        "file": call.file_name,
        "file_gone": bool(call.is_file_gone),
        "model": call.model or "unknown",
        "input_tokens": call.input_tokens,
        "cached_input_tokens": call.cached_input_tokens,
        "cache_write_input_tokens": call.cache_write_input_tokens,
        "output_tokens": call.output_tokens,
        "reasoning_output_tokens": call.reasoning_output_tokens,
        "total_tokens": call.logged_total_tokens,
        "flags": flag_names(call.flags),
    }


def jsonl(calls: Iterable[StoredCall]) -> Iterator[bytes]:
    from msgspec.json import encode

    return (encode(row_of(call)) + b"\n" for call in calls)


def json_array(calls: Iterable[StoredCall]) -> Iterator[bytes]:
    lead = b"[\n"
    for line in jsonl(calls):
        yield lead + line.rstrip(b"\n")
        lead = b",\n"
    yield b"[]\n" if lead == b"[\n" else b"\n]\n"


def csv_table(calls: Iterable[StoredCall]) -> Iterator[bytes]:
    """RFC 4180, with a line of names."""
    yield csv_line(COLUMNS)
    for call in calls:
        row = row_of(call) | {"file_gone": "true" if call.is_file_gone else "false"}
        yield csv_line([*map(harmless, list(row.values())[:-1]), " ".join(flag_names(call.flags))])


def csv_line(values: Iterable[object]) -> bytes:
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
