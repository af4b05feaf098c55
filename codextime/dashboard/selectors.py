"""What the overview reads: days, and slots where an hour matters; never calls, so more calls do not cost more."""

import datetime
import zoneinfo
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from codextime.accounts.models import User
from codextime.dashboard import overview, periods, sums
from codextime.dashboard.overview import Overview, Reading
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.timeline import HourRow
from codextime.lib.tokens import Tokens
from codextime.usage import models as usage

TOKEN_COLUMNS = (
    "calls",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


def get_overview(*, user: User, query: OverviewQuery, now: datetime.datetime) -> Overview:
    """The overview of the user's own usage, with days in the user's time zone."""
    active = set(usage.Day.objects.filter(user=user).values_list("on", flat=True).distinct())
    local_now = now.astimezone(user.zone)
    today = local_now.date()
    period = periods.find_period(query.period, query.on, today=today, first_active=min(active, default=today))
    first, last = overview.find_span(period)
    reading = Reading(
        query=query,
        period=period,
        now=local_now,
        active=active,
        days=read_days(user, first, last),
        hours=read_hours(user, period.last) if period.days == 1 else [],
        week_hours=read_week_hours(user, period),
        sources=read_sources(user),
        dirty_dates=usage.DirtyDate.objects.filter(user=user).values("on").distinct().count(),
        updated_at=None,
    )
    return overview.build_overview(reading)


def read_days(user: User, first: datetime.date, last: datetime.date) -> list[sums.DayRow]:
    rows = (
        usage.Day.objects.filter(user=user, on__range=(first, last))
        .order_by("on")
        .values_list("on", "utc_on", "model__name", "source_id", "is_long_context", *TOKEN_COLUMNS)
    )
    return [
        sums.DayRow(on, model, source, sums.priced(calls, Tokens(*tokens), model, utc_on, is_long_context=is_long))
        for on, utc_on, model, source, is_long, calls, *tokens in rows.iterator()
    ]


def read_hours(user: User, on: datetime.date) -> list[HourRow]:
    """The slots of one day, each with its hour in the user's time zone."""
    rows = slots_between(user, on, on).values_list("slot_at", "model__name", "is_long_context", *TOKEN_COLUMNS)
    return [
        HourRow(
            slot_at.astimezone(user.zone).hour,
            model,
            sums.priced(calls, Tokens(*tokens), model, slot_at.date(), is_long_context=is_long),
        )
        for slot_at, model, is_long, calls, *tokens in rows
    ]


def read_week_hours(user: User, period: periods.Period) -> dict[tuple[int, int], int]:
    """Tokens by (weekday from 0 for Monday, hour) of the user's time zone."""
    slots = slots_between(user, period.first, period.last)
    weekday, hour = (extract("slot_at", tzinfo=user.zone) for extract in (ExtractIsoWeekDay, ExtractHour))
    rows = slots.values_list(weekday, hour).annotate(tokens=Sum(F("input_tokens") + F("output_tokens"))).order_by()
    return {(weekday - 1, hour): int(tokens) for weekday, hour, tokens in rows}


def slots_between(user: User, first: datetime.date, last: datetime.date) -> "QuerySet[usage.Slot]":
    """The slots from the first day's midnight up to the midnight after the last, in the user's time zone."""
    after = last + periods.ONE_DAY
    return usage.Slot.objects.filter(
        user=user, slot_at__gte=midnight(first, user.zone), slot_at__lt=midnight(after, user.zone)
    )


def midnight(on: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(on, datetime.time(), zone)


def read_sources(user: User) -> dict[int, str]:
    """The name of each source by id: its label, or a number among those without one."""
    rows = usage.Source.objects.filter(user=user).order_by("created_at", "id").values_list("id", "label")
    return name_sources(rows)


def name_sources(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, (id_, label) in enumerate(rows, 1):
        names[id_] = label or f"Source {number}"
    return names


def get_first_command(user: User) -> str:
    """What a user without usage runs, exactly."""
    return f"{settings.TRACKER_COMMAND} {user.public_id} --server {settings.BASE_URL}"
