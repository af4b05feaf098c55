"""The records card: the best of all time, each with its day."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard import addresses
from codextime.dashboard.charts.punchcard import span
from codextime.dashboard.periods import ONE_DAY
from codextime.dashboard.streaks import running_streaks
from codextime.dashboard.thread_reading import ThreadUse
from codextime.lib import counts, formats

Link = Callable[[datetime.date], str]


@dataclass(frozen=True, slots=True)
class DayTotal:
    tokens: int
    calls: int


@dataclass(frozen=True, slots=True)
class BusiestHour:
    """The hour of a day, in the user's time zone, that used most."""

    on: datetime.date
    hour: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Record:
    """`when` says of which day or thread it is, and `link` where to see it."""

    name: str
    value: str
    exact: str
    when: str
    link: str


def build_records(
    days: Mapping[datetime.date, DayTotal],
    hour: BusiestHour | None,
    thread: ThreadUse | None,
    *,
    link: Link,
) -> list[Record]:
    """Of days with their sums of all time; equal ones fall to the earlier day. Empty without any. `thread` is the
    longest one, for who groups calls by session."""
    if not days:
        return []
    records = [build_best_day(days, link), build_most_calls(days, link)]
    if hour:
        records.append(build_busiest_hour(hour, link))
    records.append(build_longest_streak(days, link))
    if thread is None or thread.last_at == thread.first_at:
        return records
    return [*records, build_longest_thread(thread)]


def build_longest_thread(thread: ThreadUse) -> Record:
    duration = formats.duration(thread.last_at - thread.first_at)
    exact = counts.calls(thread.calls)
    return Record(_("Longest thread"), duration, exact, thread.name, addresses.find_thread(thread.thread_id))


def build_best_day(days: Mapping[datetime.date, DayTotal], link: Link) -> Record:
    on = min(days, key=lambda day: (-days[day].tokens, day))
    exact = _("%(count)s tokens") % {"count": formats.exact(days[on].tokens)}
    return Record(_("Best day"), formats.compact(days[on].tokens), exact, formats.day_of_week(on), link(on))


def build_most_calls(days: Mapping[datetime.date, DayTotal], link: Link) -> Record:
    on = min(days, key=lambda day: (-days[day].calls, day))
    calls = counts.calls(days[on].calls)
    return Record(_("Most calls in a day"), formats.compact(days[on].calls), calls, formats.day_of_week(on), link(on))


def build_busiest_hour(hour: BusiestHour, link: Link) -> Record:
    exact = _("%(count)s tokens") % {"count": formats.exact(hour.tokens)}
    when = f"{formats.day_of_week(hour.on)}, {span(hour.hour)}"
    return Record(_("Busiest hour"), formats.compact(hour.tokens), exact, when, link(hour.on))


def build_longest_streak(days: Mapping[datetime.date, DayTotal], link: Link) -> Record:
    lengths = running_streaks(days)
    last = min(lengths, key=lambda day: (-lengths[day], day))
    count = counts.days(lengths[last])
    dates = formats.day_range(last - (lengths[last] - 1) * ONE_DAY, last)
    return Record(_("Longest streak"), count, count, dates, link(last))
