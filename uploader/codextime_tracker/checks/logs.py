"""Codex's logs, read anew in memory: what cannot be read, what says nothing, and what nobody can count."""

from collections.abc import Iterator
from pathlib import Path

from codextime_tracker.checks import FINE, NOTE, PROBLEM, Finding
from codextime_tracker.counting import Counter
from codextime_tracker.discovery import ADVICE, CodexHomeMissing, RolloutFile, find_rollouts
from codextime_tracker.exits import Exit
from codextime_tracker.index import Index
from codextime_tracker.inspection import inspect
from codextime_tracker.progress import bytes_bar, is_wanted
from codextime_tracker.scanning import Scan
from codextime_tracker.terminal import count, plain

COMPACTED = b'"compacted"'
CHUNK_BYTES = 1024 * 1024
MOST_FILES = 20  # that are named
OF_FILES = "What can be counted was. `codextime-tracker inspect PATH` shows what the file holds."


def check_homes(homes: list[Path]) -> Iterator[Finding]:
    for home in homes:
        shown = plain(str(home), longest=4096)
        try:
            found = find_rollouts(home)
        except CodexHomeMissing as missing:
            yield Finding(PROBLEM, "logs", f"{shown}: {missing.why}", ADVICE, Exit.NOTHING_TO_READ)
            continue
        with Index.in_memory() as index, bytes_bar("Reading", is_shown=is_wanted(is_quiet=False)) as progress:
            scan = Scan(index, index.source_key(home), found, progress, Counter)
            report = scan.run()
            calls = count(index.totals().calls, "call")
            yield Finding(FINE, "logs", f"{shown} has {count(report.files, 'rollout')} with {calls}")
            yield from skipped([(each.path, each.reason) for each in report.skipped])
            yield from old_logs(len(report.old_logs))
            yield from compactions([file for file in found.files if mentions(file, COMPACTED)], scan)


def skipped(files: list[tuple[str, str]]) -> Iterator[Finding]:
    for path, reason in files[:MOST_FILES]:
        yield Finding(NOTE, "skipped", f"{plain(path, longest=4096)}: {reason}", "" if ADVICE in reason else OF_FILES)
    if len(files) > MOST_FILES:
        yield Finding(NOTE, "skipped", f"and {count(len(files) - MOST_FILES, 'file')} more")


def old_logs(number: int) -> Iterator[Finding]:
    if number:
        text = f"{count(number, 'file')} of old Codex releases, which logged no usage"
        yield Finding(NOTE, "no data", text, "Nothing can be done: what they used is in no log.")


def compactions(files: list[RolloutFile], scan: Scan) -> Iterator[Finding]:
    """Calls that shortened a thread and that Codex logged nowhere: remote ones before 0.153, all up to 0.40."""
    unlogged = threads = 0
    for file in files:
        try:
            number = inspect(Path(file.path), scan).unlogged_compactions
        except OSError:  # was told as skipped
            continue
        unlogged, threads = unlogged + number, threads + (number > 0)
    if unlogged:
        text = f"{count(unlogged, 'compaction')} in {count(threads, 'rollout')} without a logged call"
        yield Finding(NOTE, "unknowable", text, "Nothing can be done: old Codex releases did not log what these used.")


def mentions(file: RolloutFile, word: bytes) -> bool:
    """Whether the file may hold it; a compressed one always may. One that cannot be read was told as skipped."""
    if file.is_compressed:
        return True
    try:
        with open(file.path, "rb", buffering=0) as raw:  # noqa: PTH123 -- the path can hold bytes that are no text
            rest = b""
            while chunk := raw.read(CHUNK_BYTES):
                if word in rest + chunk:
                    return True
                rest = chunk[1 - len(word) :]
    except OSError:
        return False
    return False
