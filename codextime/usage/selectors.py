"""What pages ask about the state of a user's usage."""

import datetime

from django.db.models import QuerySet

from codextime.accounts.models import User
from codextime.usage.models import Correction, DirtyDate, Source


def dirty_dates(*, user: User) -> list[datetime.date]:
    """The UTC dates whose totals are being rebuilt, oldest first."""
    return list(DirtyDate.objects.filter(user=user).values_list("on", flat=True).distinct().order_by("on"))


def sources(*, user: User) -> QuerySet[Source]:
    """The user's sources with their devices, in the order in which they first uploaded."""
    return Source.objects.filter(user=user).select_related("device").order_by("created_at", "pk")


def corrections(*, user: User) -> QuerySet[Correction]:
    """The user's ledger, newest first, with the names of the models."""
    return Correction.objects.filter(user=user).select_related("model").order_by("-made_at", "-pk")
