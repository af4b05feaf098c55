"""Who may change what: everybody their own, and nobody learns what else there is."""

from django.shortcuts import get_object_or_404

from codextime.accounts.models import User
from codextime.usage.models import Source, WithdrawalRecord


def get_own_source(*, user: User, source_id: int) -> Source:
    """`Http404` for a source that does not exist or is somebody else's."""
    return get_object_or_404(Source, user=user, pk=source_id)


def get_own_withdrawal(*, user: User, record_id: int) -> WithdrawalRecord:
    """`Http404` for a withdrawal that does not exist or is somebody else's."""
    return get_object_or_404(WithdrawalRecord, user=user, pk=record_id)
