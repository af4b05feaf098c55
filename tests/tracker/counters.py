"""The counter of a release to come, which has learned something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codextime_tracker.counting import Counter

if TYPE_CHECKING:
    from codextime_tracker.counting import Counters


class NextCounter(Counter):
    """Knows that 1,002 input tokens are no call, and that a call with 1,003 wrote ten tokens more."""

    version = 2

    def add(self, identity: str, model: str | None, used: Counters, flags: int) -> None:
        if used[0] == 1003:
            used = (*used[:3], used[3] + 10, *used[4:])
        if used[0] != 1002:
            super().add(identity, model, used, flags)
