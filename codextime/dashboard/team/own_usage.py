"""The usage of one's own Codex homes as seats, without a team."""

import zoneinfo
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, Max, Sum

from codextime.accounts.models import User
from codextime.dashboard.day_tables import Known, days_of, read_known
from codextime.dashboard.periods import Period
from codextime.dashboard.records import DayTotal
from codextime.dashboard.selectors import name_sources
from codextime.dashboard.team import reading
from codextime.dashboard.team.budgets import Spent
from codextime.dashboard.team.usage import Date, SeatCount, SeatDetail, SeatInfo, SeatUse, SpanRow
from codextime.pricing import selectors as pricing
from codextime.pricing.rates import RateBook
from codextime.usage.models import Day
from codextime.usage.selectors import sources


class OwnUsage:
    """Implements `SeatUsage`: a seat is a source, and prices are those of the user. Made for one page: what was read is
    kept."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.zone: zoneinfo.ZoneInfo = user.zone
        self.table = days_of(user)
        self.days = Day.objects.filter(user=user)
        self.uses: dict[Period, list[SeatUse]] = {}
        self.details: dict[Period, dict[int, SeatDetail]] = {}

    @cached_property
    def book(self) -> RateBook:
        return pricing.get_book(self.user)

    @cached_property
    def known(self) -> Known:
        return read_known(self.table)

    @cached_property
    def sources(self) -> list[SeatInfo]:
        rows = list(sources(user=self.user).values_list("pk", "label", "key", "archived_at"))
        names = name_sources((pk, label) for pk, label, _, _ in rows)
        last_days = dict(self.days.values("source_id").annotate(last=Max("on")).values_list("source_id", "last"))
        return [
            SeatInfo(pk, key.hex, names[pk], is_former=archived_at is not None, last_on=last_days.get(pk))
            for pk, _, key, archived_at in rows
        ]

    def get_book(self) -> RateBook:
        return self.book

    def read_uses(self, period: Period) -> list[SeatUse]:
        if period not in self.uses:
            rows = self.days.filter(on__range=(period.first, period.last)).values("source_id")
            summed = rows.annotate(
                number=Sum("calls"),
                tokens=Sum(F("input_tokens") + F("output_tokens")),
                active_days=Count("on", distinct=True),
            ).order_by("-tokens", "source_id")
            found = summed.values_list("source_id", "number", "tokens", "active_days")
            self.uses[period] = [SeatUse(seat, calls, int(tokens), days) for seat, calls, tokens, days in found]
        return self.uses[period]

    def read_spans(self, seats: Collection[int], period: Period, grain: str, book: RateBook) -> list[SpanRow]:
        return reading.read_spans(self.table, "source_id", seats, period, grain, book)

    def read_details(self, seats: Collection[int], period: Period, book: RateBook) -> dict[int, SeatDetail]:
        """Of all sources at once: there are no more than some hundred."""
        if period not in self.details:
            self.details[period] = reading.read_details(self.table, "source_id", period, book)
        return {seat: detail for seat, detail in self.details[period].items() if seat in seats}

    def read_estimates(self, period: Period, book: RateBook) -> dict[int, Decimal]:
        details = self.read_details([source.id for source in self.sources], period, book)
        return {seat: Decimal(-1) if found.sum.is_unpriced else found.sum.usd for seat, found in details.items()}

    def read_seats(self, ids: Collection[int] | None = None) -> list[SeatInfo]:
        return [source for source in self.sources if ids is None or source.id in ids]

    def count_seats(self, period: Period) -> SeatCount:
        earlier, seats = period.before(), sum(not source.is_former for source in self.sources)
        return SeatCount(len(self.sources), seats, self.count_active(earlier) if earlier else None)

    def count_active(self, period: Period) -> int:
        days = self.days.filter(on__range=(period.first, period.last))
        return int(days.aggregate(number=Count("source_id", distinct=True))["number"])

    def find_budgets(self, period: Period, active: Mapping[Date, DayTotal]) -> None:
        return None

    def read_spent(self, first: Date) -> dict[int, Spent]:
        return {}

    def read_one(self, period: Period) -> None:
        return None

    def count_outdated(self) -> int:
        return 0
