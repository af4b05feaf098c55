"""The newest rate limits that Codex logged, read from the ends of its logs when somebody asks. They stay here.

Nothing keeps them: no table of the index and no field of the contract could carry one to a server.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from codextime_tracker.counting import instant
from codextime_tracker.discovery import CodexHomeMissing, find_rollouts

MOST_FILES = 40  # of a home, the newest: each run of Codex logs its limits after every call
TAIL_BYTES = 2 * 1024 * 1024


class Window(Struct):
    used_percent: float | None = None
    window_minutes: int | None = None
    resets_at: int | None = None
    resets_in_seconds: int | None = None


class Snapshot(Struct):
    """`rate_limits` of a `token_count`: the state at that response, for one family of limits."""

    limit_id: str | None = None
    limit_name: str | None = None
    primary: Window | None = None
    secondary: Window | None = None


class Payload(Struct):
    type: str
    rate_limits: Snapshot | None = None


class LimitsLine(Struct):
    timestamp: str
    type: str
    payload: Payload


class Limit(Struct, frozen=True):
    """`name` is empty for the usual family. `window_minutes` and `resets_at` are `None` if they were not logged."""

    name: str
    window_minutes: int | None
    used_percent: float
    resets_at: datetime | None
    seen_at: datetime


decoder = Decoder(LimitsLine)


def find_limits(homes: Iterable[Path]) -> list[Limit]:
    """The newest of each family in these Codex homes, the shortest window first."""
    newest: dict[str, tuple[str, Snapshot]] = {}
    for at, snapshot in (each for home in homes for path in newest_rollouts(home) for each in logged_limits(path)):
        family = snapshot.limit_id or "codex"
        if at >= newest.get(family, ("", snapshot))[0]:
            newest[family] = at, snapshot
    return [limit for family in sorted(newest) for limit in limits_of(*newest[family])]


def newest_rollouts(home: Path) -> list[str]:
    """Without compressed ones, which Codex has not written to for a week."""
    try:
        found = find_rollouts(home).files
    except CodexHomeMissing:
        return []
    plain = sorted((file for file in found if not file.is_compressed), key=lambda file: file.modified_ns)
    return [file.path for file in plain[-MOST_FILES:]]


def logged_limits(path: str) -> Iterator[tuple[str, Snapshot]]:
    """With their instants, from the end of a rollout."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- the path can hold bytes that are no text
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0))
            lines = file.read().split(b"\n")
    except OSError:
        return
    for line in lines:
        if b'"rate_limits"' not in line:
            continue
        try:
            parsed = decoder.decode(line)
        except (DecodeError, UnicodeDecodeError, RecursionError):
            continue  # the rest of a line, a text that quotes one, or a shape that is not known
        at, snapshot = instant(parsed.timestamp), parsed.payload.rate_limits
        is_count = (parsed.type, parsed.payload.type) == ("event_msg", "token_count")
        if is_count and at and snapshot and (snapshot.primary or snapshot.secondary):
            yield at, snapshot


def limits_of(at: str, snapshot: Snapshot) -> list[Limit]:
    seen_at = datetime.fromisoformat(at)
    name = "" if snapshot.limit_id in (None, "codex") else snapshot.limit_name or snapshot.limit_id or ""
    windows = [each for each in (snapshot.primary, snapshot.secondary) if each and each.used_percent is not None]
    windows.sort(key=lambda window: window.window_minutes or 0)
    return [
        Limit(name, each.window_minutes, each.used_percent or 0.0, reset_of(each, seen_at), seen_at) for each in windows
    ]


def reset_of(window: Window, seen_at: datetime) -> datetime | None:
    """Old releases logged how many seconds were left."""
    try:
        if window.resets_at is not None:
            return datetime.fromtimestamp(window.resets_at, UTC)
        if window.resets_in_seconds is not None:
            return seen_at + timedelta(seconds=window.resets_in_seconds)
    except (OverflowError, ValueError, OSError):  # no instant of a calendar
        pass
    return None
