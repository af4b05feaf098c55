"""What `status` shows, gathered from the index and the ends of the logs. Asks no server."""

from datetime import datetime, tzinfo
from pathlib import Path

from msgspec import Struct

from codextime_tracker.index import Index
from codextime_tracker.limits import Limit, find_limits
from codextime_tracker.periods import Figures, count_figures
from codextime_tracker.runs import Run, find_last_run
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.schedulers import describe_schedule


class Waiting(Struct, frozen=True):
    """What a destination has still to get, and how many calls it refused."""

    server: str
    user_id: str
    codex_home: str
    calls: int
    refused: int


class Status(Struct, frozen=True):
    """`scans` are of the homes that were read for it; `None` if another run was at work, whose findings these are.
    `schedule` says in words when the system starts the next run, if it does."""

    now: datetime
    scans: list[ScanReport] | None
    figures: Figures
    waiting: list[Waiting]
    last_run: Run | None
    limits: list[Limit]
    schedule: str | None


def gather(
    index: Index, homes: list[Path], scans: list[ScanReport] | None, *, now: datetime, zone: tzinfo | None = None
) -> Status:
    return Status(
        now,
        scans,
        count_figures(index, [], now, zone),
        find_waiting(index),
        find_last_run(index),
        find_limits(homes),
        describe_schedule(),
    )


def find_waiting(index: Index) -> list[Waiting]:
    """For every destination that a run ever had."""
    homes = index.homes()
    found = []
    for destination in index.destinations():
        server, user_id, source_key = destination.split(" ")
        calls = index.count_changes_after(index.cursor(destination), source_key)
        found.append(Waiting(server, user_id, homes.get(source_key, ""), calls, len(index.refusals(destination))))
    return found
