"""Calls as a file: written while they are read, so that a million of them take no more memory than a few thousand."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from codextime.dashboard.calls.page import is_unpriced
from codextime.dashboard.calls.reading import CallRow
from codextime.lib.spreadsheets import Value, cell
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.credits import count_credits
from codextime.pricing.estimates import estimate
from codextime.pricing.rates import RateBook
from codextime.usage.models import EXACT_REVISION, TOKEN_FIELDS

LINES_AT_ONCE = 500
COLUMNS = (
    *("id", "at", "model", "label", "thread", "thread_name", *TOKEN_FIELDS, "tokens"),
    *("api_equivalent_usd", "unpriced_tokens", "codex_credits", "codex_credits_mark"),
    *("is_long_context", "is_estimate"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The calls that were asked for; `rows` begins to read them. `labels` and `threads` are names by id."""

    rows: Callable[[], Iterator[CallRow]]
    labels: Mapping[int, str]
    threads: Mapping[int, str]
    book: RateBook

    def as_csv(self) -> Iterator[bytes]:
        """RFC 4180, with a line of names; null is empty, and texts that look like formulas begin with an apostrophe."""
        lines = Lines()
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        for values in self.values():
            writer.writerow([cell(value) for value in values])
            if len(lines.written) >= LINES_AT_ONCE:
                yield lines.take()
        yield lines.take()

    def as_json(self) -> Iterator[bytes]:
        """An array of objects, one a line."""
        start = "[\n"
        for some in batches(self.values()):
            text = ",\n".join(
                json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) for values in some
            )
            yield (start + text).encode()
            start = ",\n"
        yield b"[]\n" if start == "[\n" else b"\n]\n"

    def values(self) -> Iterator[list[Value]]:
        """In the order of `COLUMNS`; amounts with all their decimals."""
        for row in self.rows():
            tokens, at = row.tokens, row.at.astimezone(UTC)
            is_long = tokens.input_tokens > LONG_CONTEXT_TOKENS
            priced = estimate(row.model, at.date(), tokens, is_long_context=is_long, book=self.book)
            counted = count_credits(row.model, at.date(), tokens, is_long_context=is_long, book=self.book)
            yield [
                *(row.call_id.hex, at.isoformat().replace("+00:00", "Z"), row.model, self.labels.get(row.source_id)),
                *(row.thread_id, self.threads.get(row.thread_id or 0)),
                *(getattr(tokens, field) for field in TOKEN_FIELDS),
                tokens.total,
                *(None if is_unpriced(priced) else f"{priced.usd.normalize():f}", priced.unpriced_tokens),
                *(f"{counted.amount.normalize():f}" if counted.is_known else None, counted.mark),
                *(is_long, row.revision < EXACT_REVISION),
            ]


class Lines:
    """A file for `csv` that only remembers what was written since it was last asked."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        self.written.append(text)

    def take(self) -> bytes:
        text = "".join(self.written)
        self.written.clear()
        return text.encode()


def batches(rows: Iterable[list[Value]]) -> Iterator[list[list[Value]]]:
    some: list[list[Value]] = []
    for row in rows:
        some.append(row)
        if len(some) == LINES_AT_ONCE:
            yield some
            some = []
    if some:
        yield some
