"""What a team would see of sources, from a date on: the very figures, before anything is shared."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from codextime.lib import formats
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import NOTHING, Estimate, estimate
from codextime.pricing.selectors import get_book
from codextime.teams.models import Membership
from codextime.teams.zones import midnight
from codextime.usage.models import TOKEN_FIELDS, Day, Slot

SHOWN_DAYS = 31  # the newest; the sum is of all


@dataclass(slots=True)
class Row:
    """A day, a model, or all of it."""

    name: str
    calls: int = 0
    tokens: int = 0
    estimate: Estimate = NOTHING

    def add(self, calls: int, tokens: int, priced: Estimate) -> None:
        self.calls += calls
        self.tokens += tokens
        self.estimate += priced

    @property
    def calls_text(self) -> str:
        return formats.exact(self.calls)

    @property
    def tokens_text(self) -> str:
        return formats.compact(self.tokens)

    @property
    def exact_tokens(self) -> str:
        return formats.exact(self.tokens)

    @property
    def usd_text(self) -> str:
        return formats.usd(self.estimate.usd) if self.estimate.is_priced else formats.NONE


@dataclass(slots=True)
class Preview:
    """As a seat's row and its days stand on the team's pages."""

    first: datetime.date
    whole: Row = field(default_factory=lambda: Row(""))
    models: dict[str, Row] = field(default_factory=dict)
    days: dict[datetime.date, Row] = field(default_factory=dict)

    @property
    def first_text(self) -> str:
        return formats.day(self.first)

    @property
    def last_text(self) -> str:
        return formats.day(max(self.days)) if self.days else formats.NONE

    @property
    def active_days(self) -> str:
        return formats.exact(len(self.days))

    @property
    def shown_days(self) -> list[Row]:
        return [self.days[on] for on in sorted(self.days, reverse=True)[:SHOWN_DAYS]]

    @property
    def hidden_days(self) -> int:
        return max(0, len(self.days) - SHOWN_DAYS)


def make_preview(*, membership: Membership, source_ids: Collection[int], first: datetime.date) -> Preview:
    """Of sources of the membership's user, in days of the team's zone, and at the public rates that its pages have."""
    preview, book = Preview(first), get_book()
    for on, utc_on, model, is_long_context, *numbers in read_rows(membership, source_ids, first):
        tokens = Tokens(*map(int, numbers[:5]))
        priced = estimate(model, utc_on, tokens, is_long_context=is_long_context, book=book)
        for row in (
            preview.whole,
            preview.models.setdefault(model, Row(model)),
            preview.days.setdefault(on, Row(formats.day_of_week(on))),
        ):
            row.add(numbers[5], tokens.total, priced)
    return preview


def read_rows(membership: Membership, source_ids: Collection[int], first: datetime.date) -> "QuerySet[Any, Any]":
    """Day, UTC date, model, length of context, tokens and calls. The days of somebody whose zone is the team's are
    added up already."""
    zone, user = membership.team.zone, membership.user
    of_user: dict[str, Any] = {"user": user, "source__in": list(source_ids)}
    rows: QuerySet[Any]
    if zone == user.zone:
        rows = Day.objects.filter(**of_user, on__gte=first)
    else:
        rows = Slot.objects.filter(**of_user, slot_at__gte=midnight(first, zone)).annotate(
            on=TruncDate("slot_at", tzinfo=zone), utc_on=TruncDate("slot_at", tzinfo=datetime.UTC)
        )
    keys = ("on", "utc_on", "model__name", "is_long_context")
    sums = {f"sum_{name}": Sum(name) for name in (*TOKEN_FIELDS, "calls")}
    summed: QuerySet[Any, Any] = rows.order_by("on").values(*keys).annotate(**sums).values_list(*keys, *sums)
    return summed
