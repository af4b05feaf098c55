"""What a scan tells of itself, in figures and in names."""

from msgspec import Struct, field

from codextime_tracker.discovery import Found, RolloutFile, Skipped, printable
from codextime_tracker.outcomes import Outcome


class Tally(Struct):
    """How many calls a scan changed; and by how many tokens, by minute (UTC) and reason, what was counted before."""

    added: int = 0
    replaced: int = 0
    withdrawn: int = 0
    corrections: dict[tuple[str, str], int] = {}

    def correct(self, at: str, reason: str, tokens: int) -> None:
        key = at[:16], reason
        self.corrections[key] = self.corrections.get(key, 0) + tokens


class ScanReport(Struct):
    """What a scan did. `old_logs` hold no usage, because the Codex that wrote them logged none. Without an index there
    is no `source_key`."""

    source_key: str
    files: int
    skipped: list[Skipped]
    old_logs: list[str]
    files_read: int = 0
    bytes_read: int = 0
    calls: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, found: Found, source_key: str = "") -> "ScanReport":
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
