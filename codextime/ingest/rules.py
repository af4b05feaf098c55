"""What a row must obey beyond its types. Only the impossible is refused; what looks odd is stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET

from codextime.usage.readings import CallReading, Withdrawal

EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)  # Codex was first published in April 2025
CLOCK_TOLERANCE = timedelta(days=1)  # a machine's clock may be wrong; the time zone cannot be, instants are UTC


class RowRefused(ValueError):
    """The row says something impossible."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


def call_reader(*, now: datetime) -> Callable[[Any], CallReading]:
    """A function from a `CallRow` to its reading. It raises `RowRefused`."""
    latest = now + CLOCK_TOLERANCE

    def read_call(row: Any) -> CallReading:
        if row.cached_input_tokens > row.input_tokens:
            raise RowRefused("more_than_input", "cached_input_tokens")
        if row.cache_write_input_tokens > row.input_tokens:
            raise RowRefused("more_than_input", "cache_write_input_tokens")
        if row.reasoning_output_tokens > row.output_tokens:
            raise RowRefused("more_than_output", "reasoning_output_tokens")
        return CallReading(
            bytes.fromhex(row.id),
            read_instant(row.at, latest),
            row.input_tokens,
            row.cached_input_tokens,
            row.cache_write_input_tokens,
            row.output_tokens,
            row.reasoning_output_tokens,
            row.model,
            row.revision,
            None if row.reason is UNSET else row.reason,
            None if row.thread is UNSET else row.thread,
            None if row.parent_thread is UNSET else row.parent_thread,
        )

    return read_call


def read_instant(text: str, latest: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:  # of the right shape, but no such day or hour
        raise RowRefused("invalid", "at") from None
    if at > latest:
        raise RowRefused("in_the_future", "at")
    if at < EARLIEST:
        raise RowRefused("before_codex", "at")
    return at


def read_withdrawal(row: Any) -> Withdrawal:
    return Withdrawal(bytes.fromhex(row.id), row.revision, row.reason)
