"""The counter of a release to come, which has learned something."""

from codextime_tracker.counting import Counter
from codextime_tracker.lines import Usage
from msgspec.structs import replace


class NextCounter(Counter):
    """Knows that 1,002 input tokens are no call, and that a call with 1,003 wrote ten tokens more."""

    version = 2

    def add(self, identity: str, model: str | None, used: Usage, flags: int) -> None:
        if used.input_tokens == 1003:
            used = replace(used, output_tokens=used.output_tokens + 10)
        if used.input_tokens != 1002:
            super().add(identity, model, used, flags)
