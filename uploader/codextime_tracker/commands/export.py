"""`codextime-tracker export`: every call, in a file of one's own. No account and no network."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codextime_tracker.arguments import add_home, add_index, complain, homes_of, index_of
from codextime_tracker.commands import Clock
from codextime_tracker.exits import Exit

if TYPE_CHECKING:
    from codextime_tracker.export import Row
    from codextime_tracker.index import Index

FORMATS = ("jsonl", "json", "csv", "parquet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_home(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="jsonl",
        help="jsonl is one JSON object a line (default); parquet needs codextime-tracker[parquet]",
    )
    parser.add_argument("--out", default="-", metavar="FILE", help="where to write; - is standard output (default)")
    add_index(parser)
    parser.add_argument(
        "--no-index", action="store_true", help="read the logs anew and keep nothing; leaves out deleted rollouts"
    )


def run(parsed: argparse.Namespace, clock: Clock) -> int:
    """Raises `Stopped` if there is no Codex home, the file cannot be written or the format needs a package."""
    from codextime_tracker.export import encoder_of, write_to_pipe, write_whole
    from codextime_tracker.places import typed_path

    encode = encoder_of(parsed.format, parsed.out)
    with fresh_rows(parsed) if parsed.no_index else indexed_rows(parsed) as rows:
        if parsed.out == "-":
            write_to_pipe(encode(rows))
        else:
            write_whole(typed_path(parsed.out), encode(rows))
    return Exit.DONE


@contextmanager
def fresh_rows(parsed: argparse.Namespace) -> "Iterator[Iterator[Row]]":
    """Those of the named homes, read anew; on standard error what was skipped and why."""
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.skipping import skipped
    from codextime_tracker.unindexed import Unindexed

    homes, missing = existing_homes(homes_of(parsed))
    with Unindexed() as unindexed:
        scans = [unindexed.scan(home) for home in homes]
        complain(*(f"{title}: {text}" for title, text in skipped(scans, missing)))
        yield unindexed.rows()


@contextmanager
def indexed_rows(parsed: argparse.Namespace) -> "Iterator[Iterator[Row]]":
    """Those of the named homes, else all that the index has; on standard error what was skipped and why."""
    from codextime_tracker.archive import note_gone_homes
    from codextime_tracker.export import row_of
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.scanning import scan
    from codextime_tracker.skipping import skipped

    with own_index(parsed) as index:
        complain(*index.notices)
        homes, missing = existing_homes(homes_of(parsed), may_be_none=index.last_change() > 0)
        scans = [scan(index, home) for home in homes]
        note_gone_homes(index)
        complain(*(f"{title}: {text}" for title, text in skipped(scans, missing)))
        yield map(row_of, index.calls(*(index.source_key(home) for home in parsed.codex_home or [])))


@contextmanager
def own_index(parsed: argparse.Namespace) -> "Iterator[Index]":
    from codextime_tracker.locking import AlreadyRunning
    from codextime_tracker.opening import opened

    try:
        with opened(index_of(parsed)) as index:
            yield index
    except AlreadyRunning as running:
        running.add_note("Or add --no-index, which reads the logs alone.")
        raise
