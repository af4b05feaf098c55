"""What a scan counted otherwise than the scans before it, in words: by day, and why."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from codextime_tracker.scan_report import ScanReport

WHY = {
    "recounted": "a newer counter read the same logs",
    "completed": "the logs tell more than before",
    "copied_history": "copied history had been counted",
    "duplicate": "calls had been counted twice",
}


def corrections_by_day(scans: Iterable[ScanReport]) -> list[tuple[date, str, int]]:
    """Local date, why, and by how many tokens; newest first. Calls that are merely new are none."""
    sums: Counter[tuple[date, str]] = Counter()
    for scan in scans:
        for (minute, reason), tokens in scan.calls.corrections.items():
            sums[datetime.fromisoformat(f"{minute}+00:00").astimezone().date(), WHY[reason]] += tokens
    return [(on, why, tokens) for (on, why), tokens in sorted(sums.items(), reverse=True) if tokens]
