"""What the address of a day page asks for beside the day; what it does not understand means the default."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_noop

from codextime.dashboard.queries import LONGEST_NAME, STACKS, known

GRAINS = {"hour": gettext_noop("Hours"), "quarter": gettext_noop("Quarters")}
DEFAULTS = {"by": "hour", "stack": "model", "only": ""}


@dataclass(frozen=True, slots=True)
class DayQuery:
    """How long a bar of the chart is, what it is stacked by, and the one series that it shows, empty for all."""

    by: str = "hour"
    stack: str = "model"
    only: str = ""

    def link(self, **changes: Any) -> str:
        """The address of the same page with `changes`."""
        asked = replace(self, **changes)
        texts = {"by": asked.by, "stack": asked.stack, "only": asked.only}
        return "?" + urlencode({name: text for name, text in texts.items() if text != DEFAULTS[name]})


def read_day_query(parameters: Mapping[str, str]) -> DayQuery:
    return DayQuery(
        by=known(parameters.get("by"), GRAINS) or "hour",
        stack=known(parameters.get("stack"), STACKS) or "model",
        only=parameters.get("only", "").replace("\x00", "")[:LONGEST_NAME],
    )
