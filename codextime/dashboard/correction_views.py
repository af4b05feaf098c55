"""What changed of stored calls, and why."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard import selectors
from codextime.usage.ledger import PlaceUnreadable, read_place


@require_safe
@never_cache
@login_required
def show_corrections(request: SignedInRequest) -> HttpResponse:
    """An address that no page of ours gave leads to the newest lines."""
    place = request.GET.get("after")
    try:
        after = read_place(place) if place else None
    except PlaceUnreadable:
        return redirect("corrections")
    page = selectors.get_corrections(user=request.user, after=after)
    return render(request, "dashboard/corrections.html", {"page": page})
