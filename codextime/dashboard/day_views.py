"""The page of one day."""

import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.dashboard import selectors
from codextime.dashboard.day_queries import read_day_query
from codextime.dashboard.periods import PeriodOutOfRange


@require_safe
@never_cache
@login_required
def show_day(request: SignedInRequest, on: datetime.date) -> HttpResponse:
    """A day that is still to come, or on which nothing can be, is not there."""
    try:
        page = selectors.get_day(user=request.user, on=on, query=read_day_query(request.GET), now=timezone.now())
    except PeriodOutOfRange as error:
        raise Http404 from error
    return render(request, "dashboard/day.html", {"page": page, "command": get_tracker_command(request.user)})
