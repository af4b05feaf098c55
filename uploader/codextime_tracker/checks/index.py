"""The local index: sound or not, what waits, what was refused, and what is estimated."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from codextime_tracker.checks import FINE, NOTE, PROBLEM, Finding
from codextime_tracker.destinations import IN_THE_FUTURE
from codextime_tracker.estimates import REASONS, count_flags
from codextime_tracker.exits import Exit
from codextime_tracker.index import Index
from codextime_tracker.schema import SCHEMA_VERSION, uri_to_read
from codextime_tracker.status import find_waiting
from codextime_tracker.terminal import count, plain


def check_index(path: Path) -> Iterator[Finding]:
    """Without a lock: a run that is at work is not disturbed."""
    shown = plain(str(path), longest=4096)
    if not path.exists():
        yield Finding(NOTE, "index", f"there is none yet at {shown}", "The first run makes it.")
        return
    try:
        with Index.read(path) as index:
            (trouble,) = index.connection.execute("PRAGMA quick_check(1)").fetchone()
            if trouble == "ok":
                yield Finding(FINE, "index", f"{shown} is sound and holds {count(index.totals().calls, 'call')}")
                yield from check_gone(index)
                yield from check_waiting(index)
                yield from check_estimates(index)
                return
    except sqlite3.DatabaseError as error:
        trouble = str(error)
    yield unusable(shown, trouble, version_of(path))


def unusable(shown: str, trouble: str, version: int) -> Finding:
    if 0 < version < SCHEMA_VERSION:
        return Finding(NOTE, "index", f"{shown} is of an older tracker", "The next run brings it up to date.")
    if version > SCHEMA_VERSION:
        text = f"{shown} was written by a newer tracker than this one"
        return Finding(PROBLEM, "index", text, "pipx upgrade codextime-tracker", Exit.CANNOT_WRITE)
    advice = "Delete it, or let the next run set it aside: everything is read anew, and no call is stored twice."
    return Finding(PROBLEM, "index", f"{shown} cannot be used: {plain(trouble)}", advice, Exit.CANNOT_WRITE)


def version_of(path: Path) -> int:
    """Of the tables; 0 if the file is no database."""
    try:
        connection = sqlite3.connect(uri_to_read(path.absolute()), uri=True)
        try:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return 0


def check_gone(index: Index) -> Iterator[Finding]:
    """An archive is no trouble."""
    number = index.connection.execute(
        """SELECT count(*) FROM calls JOIN gone_files ON gone_files.file = calls.file
        WHERE superseded_by IS NULL AND kind != 'withdrawn'"""
    ).fetchone()[0]
    if number:
        yield Finding(FINE, "archive", f"{count(number, 'call')} of rollouts that were deleted are kept")


def check_waiting(index: Index) -> Iterator[Finding]:
    for each in find_waiting(index):
        where = f"{each.user_id} on {each.server}"
        if each.calls:
            advice = f"codextime-tracker {each.user_id} --server {each.server}"
            yield Finding(NOTE, "waiting", f"{count(each.calls, 'call')} for {where}", advice)
        else:
            yield Finding(FINE, "waiting", f"nothing for {where}")
    reasons = Counter(reason for destination in index.destinations() for _, reason in index.refusals(destination))
    for reason, number in reasons.most_common():
        yield Finding(
            NOTE,
            "refused",
            f"{count(number, 'call')}: {plain(reason, longest=80).replace('_', ' ')}",
            advice_on(reason),
        )


def advice_on(reason: str) -> str:
    if reason == IN_THE_FUTURE:
        return "They are offered again when their time has come. Was this machine's clock wrong?"
    return "They are kept here and count nowhere. `codextime-tracker inspect PATH` shows what their rollout says."


def check_estimates(index: Index) -> Iterator[Finding]:
    rows = index.connection.execute(
        "SELECT flags, count(*) FROM calls WHERE superseded_by IS NULL AND kind != 'withdrawn' AND flags GROUP BY flags"
    ).fetchall()
    for name, number in count_flags(rows).items():
        advice = f"They count, and give way to a better reading. In the export their flag is {name}."
        yield Finding(NOTE, "estimates", f"{count(number, 'call')}: {REASONS[name]}", advice)
