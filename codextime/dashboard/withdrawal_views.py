"""What machines withdrew, and what the owner makes of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard import access, selectors
from codextime.usage import decisions

KEPT_BEFORE = gettext_noop("You decided before to keep these calls as they are. To change them, run the tracker again.")
TAKEN_BACK_BEFORE = gettext_noop("You decided before to let this happen. You can undo it below.")


@require_safe
@never_cache
@login_required
def show_withdrawals(request: SignedInRequest) -> HttpResponse:
    lines = selectors.get_withdrawals(user=request.user, now=timezone.now())
    return render(request, "dashboard/withdrawals.html", {"lines": lines})


@require_POST
@login_required
def approve_withdrawal(request: SignedInRequest, record_id: int) -> HttpResponse:
    record = access.get_own_withdrawal(user=request.user, record_id=record_id)
    try:
        decisions.approve_withdrawal(record=record, now=timezone.now())
    except decisions.DecidedOtherwise:
        messages.error(request, _(KEPT_BEFORE))
    else:
        messages.success(request, _("Done as you said. The totals follow within seconds."))
    return redirect("withdrawals")


@require_POST
@login_required
def decline_withdrawal(request: SignedInRequest, record_id: int) -> HttpResponse:
    record = access.get_own_withdrawal(user=request.user, record_id=record_id)
    try:
        decisions.decline_withdrawal(record=record, now=timezone.now())
    except decisions.DecidedOtherwise:
        messages.error(request, _(TAKEN_BACK_BEFORE))
    else:
        messages.success(request, _("The calls stay. No figure has changed."))
    return redirect("withdrawals")


@require_POST
@login_required
def undo_withdrawal(request: SignedInRequest, record_id: int) -> HttpResponse:
    record = access.get_own_withdrawal(user=request.user, record_id=record_id)
    try:
        decisions.undo_withdrawal(record=record, now=timezone.now())
    except decisions.UndoTooLate:
        messages.error(request, _("This cannot be brought back any more: what the calls said is not kept that long."))
    else:
        messages.success(request, _("The calls are being brought back. The totals follow within seconds."))
    return redirect("withdrawals")
