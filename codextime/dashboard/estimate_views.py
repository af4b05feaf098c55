"""The API-equivalent estimate of a user, and the rates that they price with."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.estimate_reading import get_estimate_page
from codextime.dashboard.periods import FIRST_DAY, PeriodOutOfRange
from codextime.dashboard.queries import read_query


@require_safe
@never_cache
@login_required
def show_estimate(request: SignedInRequest) -> HttpResponse:
    query, now = read_query(request.GET), timezone.now()
    try:
        page = get_estimate_page(user=request.user, query=query, now=now)
    except PeriodOutOfRange:
        context = {"query": query, "first_day": FIRST_DAY, "today": now.astimezone(request.user.zone).date()}
        return render(request, "dashboard/odd_period.html", context, status=HTTPStatus.BAD_REQUEST)
    return render(request, "dashboard/estimate.html", {"page": page})
