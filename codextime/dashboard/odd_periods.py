"""What a page with a period answers to dates that are none, or stand the wrong way round."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.periods import FIRST_DAY, PeriodOutOfRange
from codextime.dashboard.queries import read_query

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


def explains_odd_periods(view: View[P]) -> View[P]:
    @functools.wraps(view)
    def explaining(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PeriodOutOfRange:
            today = timezone.now().astimezone(request.user.zone).date()
            context = {"query": read_query(request.GET), "first_day": FIRST_DAY, "today": today}
            return render(request, "dashboard/odd_period.html", context, status=HTTPStatus.BAD_REQUEST)

    return explaining
