"""What pages ask about the state of a user's usage."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Exact

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import HIGHEST_REVISION, Call, Correction, Source, WithdrawalRecord


def dirty_date_counts(user: OuterRef) -> "QuerySet[DirtyDate, int]":
    """For a subquery: how many UTC dates of `user` are being rebuilt; no row if none is."""
    counts = DirtyDate.objects.filter(user=user).values("user").annotate(number=Count("on", distinct=True))
    return counts.values_list("number", flat=True)


def count_dirty_dates() -> int:
    """How many UTC dates of all users wait for their totals."""
    return DirtyDate.objects.values("user", "on").distinct().count()


def sources(*, user: User) -> QuerySet[Source]:
    """The user's sources with their devices, in the order in which they first uploaded."""
    return Source.objects.filter(user=user).select_related("device").order_by("created_at", "pk")


def corrections(*, user: User) -> QuerySet[Correction]:
    """The user's ledger, newest first, with the names of the models."""
    return Correction.objects.filter(user=user).select_related("model").order_by("-made_at", "-pk")


def withdrawals(*, user: User) -> QuerySet[WithdrawalRecord]:
    """What was withdrawn, newest first, with machines and sources; before that what waits for its owner."""
    is_waiting = Exact(F("state"), WithdrawalRecord.State.WAITING)
    records = WithdrawalRecord.objects.filter(user=user).select_related("device", "source")
    return records.order_by(is_waiting.desc(), "-made_at", "-pk")


def waiting_calls(user: OuterRef) -> "QuerySet[WithdrawalRecord, int]":
    """For a subquery: how many calls of `user` are asked for and wait for the owner's word; no row if none is."""
    records = WithdrawalRecord.objects.filter(user=user, state=WithdrawalRecord.State.WAITING)
    return records.values("user").annotate(number=Sum("calls")).values_list("number", flat=True)


def count_waiting_calls(*, user: User) -> int:
    records = WithdrawalRecord.objects.filter(user=user, state=WithdrawalRecord.State.WAITING)
    return records.aggregate(number=Sum("calls"))["number"] or 0


def last_decisions_at(user: OuterRef) -> "QuerySet[WithdrawalRecord, datetime]":
    """For a subquery: when the newest change of a withdrawal of `user` was; no row before the first."""
    newest = WithdrawalRecord.objects.filter(user=user).order_by("-changed_at")
    return newest.values_list("changed_at", flat=True)[:1]


def list_calls(
    *, user: User, after: UUID | None, source_keys: Collection[UUID], limit: int
) -> list[tuple[UUID, int, datetime | None]]:
    """Id, revision and `withdrawn_at` of the user's calls by id, from behind `after`; of these sources, or of all.

    Withdrawals whose call never came, or that are final, belong to no source. The revision of a call that its owner
    kept against a proof is the one that another proof must have.
    """
    calls = Call.objects.filter(user=user).order_by("call_id")
    if after is not None:
        calls = calls.filter(call_id__gt=after)
    if source_keys:
        calls = calls.filter(source__in=Source.objects.filter(user=user, key__in=source_keys).values("pk"))
    needed = Least(Greatest("revision", F("kept_revision") + 1), HIGHEST_REVISION)  # both pass over nulls
    return list(calls.annotate(needed=needed).values_list("call_id", "needed", "withdrawn_at")[:limit])


def count_dirty_marks(*, limit: int) -> int:
    """How many changed dates of anybody wait for their totals; not more than `limit`, so that it costs no more."""
    return DirtyDate.objects.all()[:limit].count()


def oldest_dirty_date_at() -> datetime | None:
    """Since when the oldest change of anybody's calls waits for its totals; `None` if none waits."""
    oldest: datetime | None = DirtyDate.objects.aggregate(oldest=Min("marked_at"))["oldest"]
    return oldest
