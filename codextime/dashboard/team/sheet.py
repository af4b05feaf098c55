"""The seats of a team as a file, written while it is read."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from codextime.dashboard.calls.export import Lines
from codextime.dashboard.periods import Period
from codextime.dashboard.team.seat_table import Known
from codextime.dashboard.team.usage import SeatDetail, SeatUsage
from codextime.lib.spreadsheets import Value, cell
from codextime.lib.tokens import Tokens
from codextime.pricing.rates import RateBook
from codextime.usage.models import TOKEN_FIELDS

SEATS_AT_ONCE = 100
COLUMNS = (
    *("seat", "member", "is_team_owned", "shared_from", "shared_until", "from", "to", "calls", "tokens"),
    *(*TOKEN_FIELDS, "api_equivalent_usd", "unpriced_tokens", "active_days", "models", "last_used_on"),
)


@dataclass(frozen=True, slots=True)
class SeatSheet:
    """All `rows` of a table of seats."""

    usage: SeatUsage
    period: Period
    rows: list[Known]
    book: RateBook

    def as_csv(self) -> Iterator[bytes]:
        """RFC 4180, with a line of names; null is empty, and texts that look like formulas begin with an apostrophe."""
        lines = Lines()
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        for start in range(0, len(self.rows), SEATS_AT_ONCE):
            some = self.rows[start : start + SEATS_AT_ONCE]
            details = self.usage.read_details([row.seat.id for row in some], self.period, self.book)
            writer.writerows([cell(value) for value in self.values(row, details.get(row.seat.id))] for row in some)
            yield lines.take()
        yield lines.take()

    def values(self, row: Known, detail: SeatDetail | None) -> list[Value]:
        """In the order of `COLUMNS`; amounts with all their decimals, and none where nothing has a rate."""
        seat, use, tokens = row.seat, row.use, detail.sum.tokens if detail else Tokens()
        is_unknown = detail is None or detail.sum.is_unpriced
        return [
            *(seat.label, seat.member or None, seat.member == "" and not seat.is_former),
            *(seat.starts_on and seat.starts_on.isoformat(), seat.ends_on and seat.ends_on.isoformat()),
            *(self.period.first.isoformat(), self.period.last.isoformat(), use.calls, use.tokens),
            *(getattr(tokens, field) for field in TOKEN_FIELDS),
            *(None if is_unknown or detail is None else f"{detail.sum.usd.normalize():f}",),
            *(detail.sum.estimate.unpriced_tokens if detail else 0, use.active_days),
            *(" ".join(sorted(detail.models)) if detail else None, seat.last_on and seat.last_on.isoformat()),
        ]
