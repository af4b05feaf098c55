"""What the overview's address asks for. Anything it does not understand means the default, so no link ever breaks."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from codextime.dashboard import periods

MEASURES = {"tokens": "Tokens", "calls": "Calls", "value": "Value"}
GRAINS = {"day": "Daily", "week": "Weekly", "month": "Monthly"}


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    """`on` is the day that the period ends on or contains; `None` is today. `by` is `None` for what fits the period.
    `path` is that of the page; empty for links that stay on whichever page shows them."""

    period: str = periods.DEFAULT
    on: datetime.date | None = None
    measure: str = "tokens"
    by: str | None = None
    path: str = ""

    def link(self, **changes: Any) -> str:
        """The address of the same page with `changes`; what is the default is left out."""
        asked = replace(self, **changes)
        texts = {"period": asked.period, "on": asked.on and asked.on.isoformat(), "measure": asked.measure}
        texts["by"] = asked.by
        default = {"period": periods.DEFAULT, "measure": "tokens"}
        kept = {name: text for name, text in texts.items() if text and text != default.get(name)}
        return f"{self.path}?{urlencode(kept)}"


def read_query(parameters: Mapping[str, str]) -> OverviewQuery:
    return OverviewQuery(
        period=known(parameters.get("period"), periods.NAMES) or periods.DEFAULT,
        on=read_date(parameters.get("on", "")),
        measure=known(parameters.get("measure"), MEASURES) or "tokens",
        by=known(parameters.get("by"), GRAINS),
    )


def known(text: str | None, names: Mapping[str, str]) -> str | None:
    return text if text in names else None


def read_date(text: str) -> datetime.date | None:
    """The day of an ISO date (2026-11-21), `None` for anything else."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
