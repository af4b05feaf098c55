"""The threads of the overview and of the day page, in one query: how many there are, the largest with what has one
rate of each, and the longest."""

import datetime
import json
import zoneinfo
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from codextime.accounts.models import User
from codextime.dashboard.figures import ThreadCounts
from codextime.dashboard.periods import ONE_DAY, Period, midnight
from codextime.dashboard.thread_statements import BY_DAYS, BY_TOTALS, THREADS
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import NOTHING, Estimate, estimate, total
from codextime.pricing.rates import RateBook
from codextime.usage.thread_names import name_thread

MOST_THREADS = 5
MOST_DAYS = 31  # of a period whose threads are found by their days


@dataclass(frozen=True, slots=True)
class ThreadUse:
    """What a thread has of a period, without its sub-agents. Of the longest one nobody asks for the estimate."""

    thread_id: int
    name: str
    calls: int
    tokens: int
    first_at: datetime.datetime
    last_at: datetime.datetime
    estimate: Estimate = NOTHING


@dataclass(frozen=True, slots=True)
class Threads:
    """`top` are those of the period with the most tokens, `longest` took longest from its first call to its last."""

    counts: ThreadCounts
    top: list[ThreadUse]
    longest: ThreadUse | None


NO_THREADS = Threads(ThreadCounts(0, 0), [], None)


def read_threads(user: User, period: Period, book: RateBook, *, limit: int = MOST_THREADS) -> Threads | None:
    """`None` for who does not group calls by session."""
    if user.session_grouping_since is None:
        return None
    statement = BY_DAYS if period.days <= MOST_DAYS else BY_TOTALS
    parameters: dict[str, Any] = {"user": user.pk, "limit": limit, "changes": book.change_dates}
    parameters |= parameters_of(period, user.zone)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement}{THREADS}", parameters)
        rows = cursor.fetchall()
    top = [row for row in rows if row[0]]
    counts = ThreadCounts(*top[0][-2:]) if top else NO_THREADS.counts
    longest = next((build_use(*row[1:-2], book=book) for row in rows if not row[0]), None)
    return Threads(counts, [build_use(*row[1:-2], book=book) for row in top], longest)


def parameters_of(period: Period, zone: zoneinfo.ZoneInfo) -> dict[str, datetime.date | datetime.datetime]:
    """The days of the period and of the one before it, and the instants that they begin and end at."""
    before = period.before() or Period("", period.first, period.first - ONE_DAY, period.today)  # of no day
    return {
        "first": period.first,
        "last": period.last,
        "start": midnight(period.first, zone),
        "end": midnight(period.last + ONE_DAY, zone),
        "before_first": before.first,
        "before_last": before.last,
        "before_start": midnight(before.first, zone),
        "before_end": midnight(before.last + ONE_DAY, zone),
    }


def build_use(
    thread_id: int,
    key: UUID,
    name: str,
    calls: int,
    tokens: str,
    first_at: datetime.datetime,
    last_at: datetime.datetime,
    rated: str | None,
    *,
    book: RateBook,
) -> ThreadUse:
    parts = [estimate_part(*part, book=book) for part in json.loads(rated or "[]")]
    return ThreadUse(thread_id, name_thread(key, name), int(calls), int(tokens), first_at, last_at, total(parts))


def estimate_part(model: str, is_long: bool, utc_on: str, *tokens: int, book: RateBook) -> Estimate:
    return estimate(model, datetime.date.fromisoformat(utc_on), Tokens(*tokens), is_long_context=is_long, book=book)
