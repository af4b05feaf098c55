"""How fresh the user's figures are: a few cheap columns, asked for every few seconds while a page is open."""

import datetime
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from codextime.accounts.models import User
from codextime.ingest.selectors import last_uploads_at
from codextime.pricing.selectors import prices_mark
from codextime.usage.models import Day
from codextime.usage.selectors import dirty_date_counts, last_decisions_at, waiting_calls

VERSION_BYTES = 8


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whatever changes the figures of a page changes one of these."""

    uploaded_at: datetime.datetime | None
    dirty_dates: int
    has_days: bool
    today: datetime.date  # in the user's time zone
    decided_at: datetime.datetime | None = None  # about a withdrawal
    waiting_calls: int = 0  # that are asked for and not withdrawn yet
    prices_mark: str = ""  # of public rates and the user's own

    @property
    def version(self) -> str:
        """As an ETag: quoted, and telling nobody anything."""
        text = (
            f"{self.uploaded_at} {self.decided_at} {self.dirty_dates} {self.has_days} {self.today} {self.prices_mark}"
        )
        return f'"{blake2s(text.encode(), digest_size=VERSION_BYTES).hexdigest()}"'


def with_freshness(users: QuerySet[User]) -> QuerySet[Any]:
    """The users with what `read_freshness` reads, in the same query."""
    owner = OuterRef("pk")
    return users.annotate(
        uploaded_at=Subquery(last_uploads_at(owner)),
        decided_at=Subquery(last_decisions_at(owner)),
        waiting_calls=Subquery(waiting_calls(owner)),
        dirty_dates=Subquery(dirty_date_counts(owner)),
        prices_mark=prices_mark(),
        has_days=Exists(Day.objects.filter(user=owner)),
    )


def read_freshness(user: Any, now: datetime.datetime) -> Freshness:
    """`user` comes from `with_freshness`."""
    today = now.astimezone(user.zone).date()
    return Freshness(
        uploaded_at=user.uploaded_at,
        dirty_dates=user.dirty_dates or 0,
        has_days=user.has_days,
        today=today,
        decided_at=user.decided_at,
        waiting_calls=user.waiting_calls or 0,
        prices_mark=user.prices_mark,
    )
