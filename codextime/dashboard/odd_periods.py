"""What a page with a period answers to dates that are none, or stand the wrong way round."""

import functools
from http import HTTPStatus
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.periods import FIRST_DAY, PeriodOutOfRange
from codextime.dashboard.queries import read_query


class View(Protocol):
    def __call__(self, request: SignedInRequest) -> HttpResponse: ...


def explains_odd_periods(view: View) -> View:
    @functools.wraps(view)
    def explaining(request: SignedInRequest) -> HttpResponse:
        try:
            return view(request)
        except PeriodOutOfRange:
            today = timezone.now().astimezone(request.user.zone).date()
            context = {"query": read_query(request.GET), "first_day": FIRST_DAY, "today": today}
            return render(request, "dashboard/odd_period.html", context, status=HTTPStatus.BAD_REQUEST)

    return explaining
