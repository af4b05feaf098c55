"""`codextime-tracker export`: every call of a Codex home, one JSON object a line. No account, no network, no index."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from codextime_tracker.commands import Clock
from codextime_tracker.exits import CannotWrite, Exit, NothingToRead
from codextime_tracker.places import default_codex_home


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--codex-home", type=Path, metavar="DIR", help="default: $CODEX_HOME, else ~/.codex")
    parser.add_argument("--format", choices=["jsonl"], default="jsonl", help="one JSON object a line (default)")
    parser.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output (default)")


def run(arguments: argparse.Namespace, clock: Clock) -> int:
    """Raises `Stopped` if there is no Codex home or the file cannot be written."""
    lines = exported_lines(arguments.codex_home or default_codex_home())
    if arguments.out == "-":
        write_to_pipe(lines)
    else:
        write_whole(Path(arguments.out), lines)
    return Exit.DONE


def exported_lines(codex_home: Path) -> Iterator[bytes]:
    """The calls by time, and on standard error what was skipped and why."""
    from msgspec.json import encode

    from codextime_tracker.counting import flag_names
    from codextime_tracker.discovery import CodexHomeMissing
    from codextime_tracker.index import Index
    from codextime_tracker.reports import skipped
    from codextime_tracker.scanning import scan

    with Index.in_memory() as index:
        try:
            report = scan(index, codex_home)
        except CodexHomeMissing as missing:
            raise NothingToRead(
                f"No Codex home can be read at {missing.home}: {missing.why}. Name yours with --codex-home DIR."
            ) from missing
        for title, text in skipped([report], []):
            print(f"{title}: {text}", file=sys.stderr)
        for call in index.calls():
            row = {
                "at": call.at,
                "thread": call.thread_id,
                "file": call.file_name,
                "model": call.model or "unknown",
                "input_tokens": call.input_tokens,
                "cached_input_tokens": call.cached_input_tokens,
                "cache_write_input_tokens": call.cache_write_input_tokens,
                "output_tokens": call.output_tokens,
                "reasoning_output_tokens": call.reasoning_output_tokens,
                "total_tokens": call.logged_total_tokens,
                "flags": flag_names(call.flags),
            }
            yield encode(row) + b"\n"


def write_to_pipe(lines: Iterator[bytes]) -> None:
    """Stops quietly when the reader has read enough, as `head` does."""
    try:
        for line in lines:
            sys.stdout.buffer.write(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_into(device: Path, lines: Iterator[bytes]) -> None:
    """Into a device or a named pipe, which must stay what it is: as root, /dev/null would become a file."""
    with device.open("wb") as file:
        file.writelines(lines)


def write_whole(path: Path, lines: Iterator[bytes]) -> None:
    """The file appears, or is replaced, when it is complete. Raises `CannotWrite`."""
    temporary = None
    try:
        if path.exists() and not path.is_file():
            write_into(path, lines)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            temporary = Path(file.name)
            file.writelines(lines)
        temporary.replace(path)
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}. Choose another file with --out.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
