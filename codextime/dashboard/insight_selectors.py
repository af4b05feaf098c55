"""What the insights read: days and threads of a period, at most one query a card."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery, Sum

from codextime.accounts.models import User
from codextime.dashboard import insight_cards, insight_presets, insights, periods
from codextime.dashboard.choices import Choice, choices
from codextime.dashboard.day_tables import days_of, sum_days
from codextime.dashboard.freshness import read_freshness, with_freshness
from codextime.dashboard.insight_presets import Preset
from codextime.dashboard.insights import Insight, ModelUse, ReasoningDay, ThreadUse
from codextime.dashboard.periods import Period
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.selectors import name_sources
from codextime.dashboard.threads.leading import find_leading
from codextime.dashboard.threads.ranking import Narrowing, Ranking
from codextime.dashboard.threads.thread_sums import sum_trees
from codextime.dashboard.thresholds import Thresholds, find_thresholds
from codextime.pricing.credits import count_credits
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage.models import Day
from codextime.usage.selectors import sources
from codextime.usage.thread_selectors import name_threads


@dataclass(frozen=True, slots=True)
class InsightsPage:
    query: OverviewQuery
    period: Period
    periods: list[Choice]
    cards: list[Insight]
    presets: list[Preset]
    has_calls: bool
    groups_sessions: bool
    is_rebuilding: bool


def get_insights(*, user: User, query: OverviewQuery, now: datetime.datetime) -> InsightsPage:
    """The cards of the user's period, in the user's time zone. Raises `PeriodOutOfRange`."""
    first_days = Day.objects.filter(user=OuterRef("pk")).order_by("on").values("on")
    row = with_freshness(User.objects.filter(pk=user.pk)).annotate(first_active=Subquery(first_days[:1])).get()
    fresh = read_freshness(row, now)
    period = find_period(query, today=fresh.today, first_active=row.first_active or fresh.today)
    thresholds, book = find_thresholds(user=user), get_book(user)
    uses, models = read_uses(user, period, book)
    costliest, fullest = find_threads(user, period, models, book)
    reasoning = find_reasoning_day(user, period, models, thresholds)
    reading = insights.Reading(query, period, thresholds, uses, costliest, fullest, reasoning)
    return InsightsPage(
        query=query,
        period=period,
        periods=choices(query, "period", periods.NAMES, period.name, on=None),
        cards=insight_cards.build_insights(reading),
        presets=insight_presets.build_presets(period),
        has_calls=reading.whole.calls > 0,
        groups_sessions=user.session_grouping_since is not None,
        is_rebuilding=fresh.dirty_dates > 0,
    )


def read_uses(user: User, period: Period, book: RateBook) -> tuple[list[ModelUse], dict[int, str]]:
    """With the models that are in them: names by id."""
    rows = list(sum_days(days_of(user), period.first, period.last, "source_id", "model_id", book=book))
    names = name_sources(sources(user=user).values_list("pk", "label"))  # after the rows: a source may be new
    uses = [
        ModelUse(
            row.model,
            names[row.keys[0]],
            row.is_long_context,
            row.sum,
            count_credits(row.model, row.utc_on, row.sum.tokens, is_long_context=row.is_long_context, book=book),
        )
        for row in rows
    ]
    return uses, {row.keys[1]: row.model for row in rows}


def find_threads(
    user: User, period: Period, models: Mapping[int, str], book: RateBook
) -> tuple[ThreadUse | None, ThreadUse | None]:
    """The costliest one and the one with the fullest context; none for who does not group calls by session."""
    if user.session_grouping_since is None:
        return None, None
    ranking = Ranking(user.pk, Narrowing(period.first, period.last), dict(models), book)
    leading = find_leading(ranking, period, user.zone)
    ids = [id_ for id_ in leading if id_]
    found, names = sum_trees(ranking, ids), name_threads(user=user, thread_ids=ids)
    costliest, fullest = (
        ThreadUse(id_, names[id_], found[id_].sum, found[id_].context_share) if id_ in names and id_ in found else None
        for id_ in leading
    )
    return costliest, fullest


def find_reasoning_day(
    user: User, period: Period, models: Mapping[int, str], thresholds: Thresholds
) -> ReasoningDay | None:
    """The day and model with most reasoning tokens among those whose output was mostly that."""
    days = Day.objects.filter(user=user, on__range=(period.first, period.last), model__in=list(models))
    summed = days.values("on", "model_id").annotate(
        reasoning=Sum("reasoning_output_tokens"), output=Sum("output_tokens")
    )
    found = (
        summed.filter(
            output__gte=max(1, thresholds.reasoning_min_output_tokens),
            reasoning__gte=F("output") * thresholds.high_reasoning_ratio,
        )
        .order_by("-reasoning", "on")
        .first()
    )
    if found is None:
        return None
    return ReasoningDay(found["on"], models[found["model_id"]], int(found["reasoning"]), int(found["output"]))
