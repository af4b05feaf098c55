"""The boards: each period by each measure. All in UTC dates."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.lib import counts, formats

ONE_DAY = datetime.timedelta(days=1)
FIRST_DAY = datetime.date(2025, 1, 1)  # no upload holds anything earlier


@dataclass(frozen=True, slots=True)
class Measure:
    """`number` stands in the database for ever; `name` is a column of `Score` and a word of the address."""

    number: int
    name: str
    title: str

    def text(self, value: int) -> str:
        return counts.days(value) if self.name == "active_days" else formats.compact(value)

    def exact(self, value: int) -> str:
        if self.name == "active_days":
            return counts.active_days(value)
        return counts.output_tokens(value) if self.name == "output_tokens" else counts.tokens(value)


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
        if self.name == "all":
            return _("up to %(day)s") % {"day": formats.day(today)}
        return formats.day_range(self.first(today), today)


PERIODS = {
    period.name: period
    for period in (
        Period(1, "today", gettext_noop("Today"), gettext_noop("today")),
        Period(2, "7d", gettext_noop("7 d"), gettext_noop("in the last 7 days")),
        Period(3, "30d", gettext_noop("30 d"), gettext_noop("in the last 30 days")),
        Period(4, "month", gettext_noop("Month"), gettext_noop("this month")),
        Period(5, "all", gettext_noop("All time"), gettext_noop("so far")),
    )
}
PERIOD_NUMBERS = [period.number for period in PERIODS.values()]
MEASURES = {
    measure.name: measure
    for measure in (
        Measure(1, "tokens", gettext_noop("Tokens")),
        Measure(2, "output_tokens", gettext_noop("Output")),
        Measure(3, "active_days", gettext_noop("Active days")),
    )
}
DEFAULT_PERIOD, DEFAULT_MEASURE = PERIODS["30d"], MEASURES["tokens"]
