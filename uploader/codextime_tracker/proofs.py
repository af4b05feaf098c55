"""Reading a file once more, to learn also which of its lines are no calls.

A line that is there and is no call proves that whoever counted it was wrong: an older counter, or a reading that lacked
the lines which tell. Only files that were read before are read so: it takes longer, and a first reading has nothing to
disprove.
"""

from collections.abc import Iterable, Iterator

from codextime_tracker.counting import instant, record_identity, totals_identity
from codextime_tracker.lines import CountLine, Event, RecordLine
from codextime_tracker.rollout import Reading


class ThoroughReading(Reading):
    """Yields a `token_count` also if it says the same as the one before."""

    def __iter__(self) -> Iterator[Event]:
        for data, start in self.blocks():
            while (end := data.find(b"\n", start)) >= 0:
                event = self.decode(data[start:end])
                if event is not None:
                    yield event
                start = end + 1
        yield from self.last_event()


def noting(events: Iterable[Event], seen: dict[str, str]) -> Iterator[Event]:
    """The events, while `seen` gets their identities as calls, and times. Lines without a time prove nothing."""
    for event in events:
        at = instant(event.timestamp)
        if at is not None and isinstance(event, RecordLine):
            seen[record_identity(event.payload, at)] = at
        elif at is not None and isinstance(event, CountLine) and event.payload.info is not None:
            seen[totals_identity(event.payload.info.total_token_usage, at)] = at
        yield event
