"""Which days the overview shows: a period by name, ending today or on an earlier day, or two dates of one's own."""

import calendar
import datetime
import zoneinfo
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.lib import counts, formats

ONE_DAY = datetime.timedelta(days=1)
FIRST_DAY = datetime.date(2025, 1, 1)  # no upload holds anything earlier
NAMES = {
    "today": gettext_noop("Today"),
    "7d": gettext_noop("7 d"),
    "30d": gettext_noop("30 d"),
    "month": gettext_noop("Month"),
    "year": gettext_noop("Year"),
    "all": gettext_noop("All"),
}
DEFAULT = "30d"
CUSTOM = "custom"


class PeriodOutOfRange(Exception):
    """Two dates that make no period: one is missing, before `FIRST_DAY` or after today, or they are in no order."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, in the user's time zone."""

    name: str
    first: datetime.date
    last: datetime.date
    today: datetime.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def reaches_today(self) -> bool:
        return self.last >= self.today

    @property
    def dates(self) -> str:
        return formats.day_range(self.first, self.last)

    @property
    def title(self) -> str:
        if self.name == "today":
            return _("Today") if self.reaches_today else formats.day(self.last)
        if self.name == "month":
            return formats.month_of_year(self.first)
        if self.name == "year":
            return f"{self.first:%Y}"
        if self.name == "all":
            return _("All time")
        if self.name == CUSTOM:
            return counts.days(self.days)
        text = _("Last %(count)s days") if self.reaches_today else _("%(count)s days")
        return text % {"count": self.days}

    @property
    def subtitle(self) -> str:
        """What the title does not say yet."""
        is_titled_by_date = self.name == "today" and not self.reaches_today
        return formats.weekday(self.last.weekday()) if is_titled_by_date else self.dates

    def before(self) -> "Period | None":
        """What the period is compared with, `None` for all time, which has nothing before it: as many days directly
        before; of a month or a year, as many of the month or year before, if it has as many."""
        if self.name == "all":
            return None
        length = datetime.timedelta(days=self.days)
        if self.name in ("month", "year"):
            end = self.first - ONE_DAY  # of the month or year before
            first = end.replace(day=1, month=end.month if self.name == "month" else 1)
            return Period(self.name, first, min(first + length - ONE_DAY, end), self.today)
        return Period(self.name, self.first - length, self.last - length, self.today)

    def day_before(self) -> datetime.date:
        """The `on` of the period before this one, for the link to it."""
        return self.first - ONE_DAY

    def day_after(self) -> datetime.date:
        """The `on` of the period after this one; at the latest today."""
        step = datetime.timedelta(days=self.days if self.name in ("7d", "30d") else 1)
        return min(self.last + step, self.today)


def find_custom(first: datetime.date | None, last: datetime.date | None, *, today: datetime.date) -> Period:
    """The days of two dates; raises `PeriodOutOfRange`."""
    if first is None or last is None or not FIRST_DAY <= first <= last <= today:
        raise PeriodOutOfRange
    return Period(CUSTOM, first, last, today)


def find_period(name: str, on: datetime.date | None, *, today: datetime.date, first_active: datetime.date) -> Period:
    """The period `name` around the day `on` (today if `None`); all time starts at `first_active`."""
    last = min(max(on or today, FIRST_DAY), today)
    if name == "all":
        return Period(name, min(first_active, today), today, today)
    first = last
    if name in ("7d", "30d"):
        first = last - datetime.timedelta(days=int(name[:-1]) - 1)
    elif name == "month":
        first = last.replace(day=1)
        last = min(last.replace(day=calendar.monthrange(last.year, last.month)[1]), today)
    elif name == "year":
        first, last = last.replace(month=1, day=1), min(last.replace(month=12, day=31), today)
    return Period(name, first, last, today)


def midnight(on: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """When the day begins in a time zone."""
    return datetime.datetime.combine(on, datetime.time(), zone)
