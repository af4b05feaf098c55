"""The hours of days as the overview reads them. The statements are made by hand, as the ORM takes longer to write them
than the database to answer."""

import datetime
import functools
from collections.abc import Collection, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from codextime.accounts.models import User
from codextime.dashboard.hours import QUARTER
from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.records import BusiestHour
from codextime.dashboard.timeline import HourRow

LARGEST_ROW = """
SELECT "on", hour, tokens FROM usage_dayhour WHERE user_id = %(user)s ORDER BY tokens DESC, "on", hour LIMIT 1
"""
# Few hours lie on two UTC dates, and thousands of sums of one row each would take longer than all else of it.
BUSIEST_HOUR = f"""
SELECT "on", hour, tokens FROM (
    ({LARGEST_ROW})
    UNION ALL
    (SELECT "on", hour, sum(tokens) FROM usage_dayhour AS part WHERE user_id = %(user)s AND EXISTS (
        SELECT FROM usage_dayhour AS other
        WHERE (other.user_id, other."on", other.hour) = (part.user_id, part."on", part.hour)
            AND other.utc_on <> part.utc_on
    ) GROUP BY "on", hour ORDER BY 3 DESC, "on", hour LIMIT 1)
) AS best ORDER BY tokens DESC, "on", hour LIMIT 1
"""
WEEK_HOURS = """
SELECT mod("on" - DATE '2001-01-01', 7), hour, sum(tokens)  -- days since a Monday
FROM usage_dayhour WHERE user_id = %(user)s AND "on" BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""
NO_TIME, ONE_HOUR = datetime.timedelta(), datetime.timedelta(hours=1)
MOST_PUT_BACK = 4 * ONE_HOUR  # what clocks are ever put back by


def find_busiest_hour(user: User, active: Collection[datetime.date]) -> BusiestHour | None:
    """Of all time; of equal ones the earlier. `active` are all days with calls."""
    if not active:
        return None
    can_be_split = splits_hours(user.zone, min(active).year, max(active).year)
    rows = fetch(BUSIEST_HOUR if can_be_split else LARGEST_ROW, {"user": user.pk})
    return next((BusiestHour(on, hour, int(tokens)) for on, hour, tokens in rows), None)


@functools.lru_cache(maxsize=1024)  # some zones, and their 365 midnights a year
def splits_hours(zone: ZoneInfo, first_year: int, last_year: int) -> bool:
    """Whether hours of the zone lie on two UTC dates: where clocks differ by parts of an hour, or are put back around
    midnight."""
    first, last = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (first_year, last_year + 1))
    midnights = (first + n * ONE_DAY for n in range(-1, (last - first).days + 2))
    return any(splits_hour(midnight, zone) for midnight in midnights)


def splits_hour(midnight: datetime.datetime, zone: ZoneInfo) -> bool:
    """Whether some time before a UTC midnight and some after it have the same hour by the zone's clock."""
    before, after = ((midnight + span).astimezone(zone).utcoffset() for span in (-MOST_PUT_BACK, MOST_PUT_BACK))
    if before == after and before is not None and not before % ONE_HOUR:
        return False
    quarters = range(MOST_PUT_BACK // QUARTER)
    clocks = [{clock_hour(midnight + n * QUARTER - span, zone) for n in quarters} for span in (MOST_PUT_BACK, NO_TIME)]
    return not clocks[0].isdisjoint(clocks[1])


def clock_hour(at: datetime.datetime, zone: ZoneInfo) -> tuple[datetime.date, int]:
    clock = at.astimezone(zone)
    return clock.date(), clock.hour


def read_week_hours(user: User, period: Period) -> dict[tuple[int, int], int]:
    """Tokens by (weekday from 0 for Monday, hour) of the user's time zone."""
    rows = fetch(WEEK_HOURS, {"user": user.pk, "first": period.first, "last": period.last})
    return {(weekday, hour): int(tokens) for weekday, hour, tokens in rows}


def add_up_hours(hours: Iterable[HourRow], on: datetime.date) -> dict[tuple[int, int], int]:
    """Tokens by (weekday from 0 for Monday, hour) of the one day `on`."""
    found: dict[tuple[int, int], int] = {}
    for row in hours:
        key = on.weekday(), row.hour
        found[key] = found.get(key, 0) + row.sum.tokens.total
    return found


def fetch(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
