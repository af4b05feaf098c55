"""What a scan could not read, in words for its owner."""

from __future__ import annotations

from codextime_tracker.discovery import printable
from codextime_tracker.terminal import count, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from codextime_tracker.scan_report import ScanReport

MOST_LINES = 20  # of one kind
LONGEST_PATH = 4096


def skipped(scans: list[ScanReport], missing_homes: Sequence[tuple[str | Path, str]]) -> list[tuple[str, str]]:
    """What could not be read, and why."""
    files = [(each.path, each.reason) for scan in scans for each in scan.skipped]
    files += [(str(home), problem) for home, problem in missing_homes]
    lines = [("Skipped", f"{plain(path, longest=LONGEST_PATH)}: {reason}") for path, reason in files[:MOST_LINES]]
    if len(files) > MOST_LINES:
        lines.append(("Skipped", f"and {count(len(files) - MOST_LINES, 'file')} more"))
    old = sum(len(scan.old_logs) for scan in scans)
    if old:
        lines.append(("No data", f"{count(old, 'file')} of old Codex releases, which logged no usage"))
    return lines


def skipped_as_json(scans: list[ScanReport], missing_homes: Sequence[tuple[str | Path, str]]) -> dict[str, object]:
    """The same for scripts, and how many rollouts there are."""
    files = [{"path": each.path, "reason": each.reason} for scan in scans for each in scan.skipped]
    return {
        "files": sum(scan.files for scan in scans),
        "skipped": files + [{"path": printable(str(home)), "reason": problem} for home, problem in missing_homes],
        "files_without_usage": sum(len(scan.old_logs) for scan in scans),
    }
