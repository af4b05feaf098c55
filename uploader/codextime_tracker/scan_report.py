"""What a scan tells of itself, in figures and in names."""

from __future__ import annotations

from codextime_tracker.discovery import Skipped, printable
from codextime_tracker.fields import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.discovery import Found, RolloutFile
    from codextime_tracker.outcomes import Outcome


class Tally(Fields):
    """How many calls a scan changed; and by how many tokens, by minute (UTC) and reason, what was counted before."""

    def __init__(self) -> None:
        self.added = 0
        self.replaced = 0
        self.withdrawn = 0
        self.corrections: dict[tuple[str, str], int] = {}

    def correct(self, at: str, reason: str, tokens: int) -> None:
        key = at[:16], reason
        self.corrections[key] = self.corrections.get(key, 0) + tokens


class ScanReport(Fields):
    """What a scan did. `old_logs` hold no usage, because the Codex that wrote them logged none. Without an index there
    is no `source_key`."""

    def __init__(self, source_key: str, files: int, skipped: list[Skipped], old_logs: list[str]) -> None:
        self.source_key = source_key
        self.files = files
        self.skipped = skipped
        self.old_logs = old_logs
        self.files_read = 0
        self.bytes_read = 0
        self.calls = Tally()

    @classmethod
    def of(cls, found: Found, source_key: str = "") -> ScanReport:
        """Before anything was read."""
        return cls(source_key, len(found.files), found.skipped, found.old_logs)

    def note(self, file: RolloutFile, outcome: Outcome) -> None:
        """What came of a file, but for its calls."""
        if outcome.bytes_read is not None:
            self.files_read += 1
            self.bytes_read += outcome.bytes_read
        self.skipped += [Skipped(printable(file.path), reason) for reason in outcome.skipped]
        if outcome.is_old:
            self.old_logs.append(file.path)
