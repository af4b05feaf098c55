"""Who may change what: everybody their own, and nobody learns what else there is."""

from django.shortcuts import get_object_or_404

from codextime.accounts.models import User
from codextime.dashboard.models import SavedView
from codextime.usage.models import Source, Thread, WithdrawalRecord


def get_own_source(*, user: User, source_id: int) -> Source:
    """`Http404` for a source that does not exist or is somebody else's."""
    return get_object_or_404(Source, user=user, pk=source_id)


def get_own_withdrawal(*, user: User, record_id: int) -> WithdrawalRecord:
    """`Http404` for a withdrawal that does not exist or is somebody else's."""
    return get_object_or_404(WithdrawalRecord, user=user, pk=record_id)


def get_own_thread(*, user: User, thread_id: int) -> Thread:
    """`Http404` for a thread that does not exist or is somebody else's."""
    thread = get_object_or_404(Thread, user=user, pk=thread_id)
    thread.user = user  # which has the time zone, and need not be read again
    return thread


def get_own_view(*, user: User, view_id: int) -> SavedView:
    """`Http404` for a saved view that does not exist or is somebody else's."""
    return get_object_or_404(SavedView, user=user, pk=view_id)
