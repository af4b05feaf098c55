"""`codextime-tracker export`: every call, in a file of one's own. No account and no network."""

from __future__ import annotations

from codextime_tracker.arguments import add_home, add_index, complain, home_names_of, index_of
from codextime_tracker.exits import Exit
from codextime_tracker.quick_start import import_msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock
    from codextime_tracker.export import Encoder, Row
    from codextime_tracker.index import Index

FORMATS = ("jsonl", "json", "csv", "parquet")


def add_arguments(parser: Parser) -> None:
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


def run(parsed: Parsed, clock: Clock) -> int:
    """Raises `Stopped` if there is no Codex home, the file cannot be written or the format needs a package."""
    from codextime_tracker.export import encoder_of

    encode = encoder_of(parsed.format, parsed.out)
    if parsed.no_index:
        export_fresh(parsed, encode)
    else:
        export_indexed(parsed, encode)
    return Exit.DONE


def export_fresh(parsed: Parsed, encode: Encoder) -> None:
    """The rows of the named homes, read anew; on standard error what was skipped and why."""
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.skipping import skipped
    from codextime_tracker.unindexed import Unindexed

    homes, missing = existing_homes(home_names_of(parsed))
    with Unindexed() as unindexed:
        scans = [unindexed.scan(home) for home in homes]
        complain(*(f"{title}: {text}" for title, text in skipped(scans, missing)))
        write(parsed.out, encode(unindexed.rows()))


def export_indexed(parsed: Parsed, encode: Encoder) -> None:
    """Those of the named homes, else all that the index has; on standard error what was skipped and why."""
    from codextime_tracker.locking import AlreadyRunning
    from codextime_tracker.opening import opened

    import_msgspec()
    try:
        with opened(index_of(parsed)) as index:
            write(parsed.out, encode(indexed_rows(parsed, index)))
    except AlreadyRunning as running:
        running.add_note("Or add --no-index, which reads the logs alone.")
        raise


def indexed_rows(parsed: Parsed, index: Index) -> Iterator[Row]:
    from codextime_tracker.archive import note_gone_homes
    from codextime_tracker.export import row_of
    from codextime_tracker.homes import existing_homes
    from codextime_tracker.scanning import scan
    from codextime_tracker.skipping import skipped

    complain(*index.notices)
    homes, missing = existing_homes(home_names_of(parsed), may_be_none=index.last_change() > 0)
    scans = [scan(index, home) for home in homes]
    note_gone_homes(index)
    complain(*(f"{title}: {text}" for title, text in skipped(scans, missing)))
    return map(row_of, index.calls(*(index.source_key(home) for home in parsed.codex_home or [])))


def write(out: str, pieces: Iterator[bytes]) -> None:
    from codextime_tracker.export import write_to_pipe, write_whole
    from codextime_tracker.places import typed_path

    if out == "-":
        write_to_pipe(pieces)
    else:
        write_whole(typed_path(out), pieces)
