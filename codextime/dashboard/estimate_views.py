"""The API-equivalent estimate of a user, and the rates that they price with."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.dashboard.estimate_reading import get_estimate_page
from codextime.dashboard.odd_periods import explains_odd_periods
from codextime.dashboard.queries import read_query


@require_safe
@never_cache
@login_required
@explains_odd_periods
def show_estimate(request: SignedInRequest) -> HttpResponse:
    page = get_estimate_page(user=request.user, query=read_query(request.GET), now=timezone.now())
    return render(request, "dashboard/estimate.html", {"page": page, "command": get_tracker_command(request.user)})
