"""The boards: each period by each measure. All in UTC dates."""

import datetime
from dataclasses import dataclass

from codextime.lib import formats

ONE_DAY = datetime.timedelta(days=1)
FIRST_DAY = datetime.date(2025, 1, 1)  # no upload holds anything earlier


@dataclass(frozen=True, slots=True)
class Measure:
    """`number` stands in the database for ever; `name` is a column of `Score` and a word of the address."""

    number: int
    name: str
    title: str

    def text(self, value: int) -> str:
        return formats.plural(value, "day") if self.name == "active_days" else formats.compact(value)

    def exact(self, value: int) -> str:
        return formats.plural(
            value, {"active_days": "active day", "output_tokens": "output token"}.get(self.name, "token")
        )


@dataclass(frozen=True, slots=True)
class Period:
    number: int
    name: str
    title: str
    within: str  # as the end of a sentence

    def first(self, today: datetime.date) -> datetime.date:
        """Its first UTC date; its last one is `today`."""
        if self.name == "month":
            return today.replace(day=1)
        return {"today": today, "7d": today - 6 * ONE_DAY, "30d": today - 29 * ONE_DAY}.get(self.name, FIRST_DAY)

    def dates(self, today: datetime.date) -> str:
        return f"up to {formats.day(today)}" if self.name == "all" else formats.day_range(self.first(today), today)


PERIODS = {
    period.name: period
    for period in (
        Period(1, "today", "Today", "today"),
        Period(2, "7d", "7 d", "in the last 7 days"),
        Period(3, "30d", "30 d", "in the last 30 days"),
        Period(4, "month", "Month", "this month"),
        Period(5, "all", "All time", "so far"),
    )
}
PERIOD_NUMBERS = [period.number for period in PERIODS.values()]
MEASURES = {
    measure.name: measure
    for measure in (
        Measure(1, "tokens", "Tokens"),
        Measure(2, "output_tokens", "Output"),
        Measure(3, "active_days", "Active days"),
    )
}
DEFAULT_PERIOD, DEFAULT_MEASURE = PERIODS["30d"], MEASURES["tokens"]
