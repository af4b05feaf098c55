"""What all pages of a team have in common: who may see them, and their frame."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from codextime.accounts.requests import SignedInRequest
from codextime.lib.rate_limits import LimitReached
from codextime.teams.access import Right, get_membership, has_right
from codextime.teams.models import Membership

PAGE, FORM, POST = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)
P = ParamSpec("P")


def team_view(
    right: Right, methods: tuple[str, ...]
) -> Callable[[Callable[Concatenate[SignedInRequest, Membership, P], HttpResponse]], Callable[..., HttpResponse]]:
    """For a view below `/teams/<slug>`: it gets the membership of whoever is signed in, if that has the right."""

    def decorate(
        view: Callable[Concatenate[SignedInRequest, Membership, P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @require_http_methods(methods)
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, slug: str, *args: P.args, **options: P.kwargs) -> HttpResponse:
            return view(request, get_membership(user=request.user, slug=slug, right=right), *args, **options)

        return guarded

    return decorate


def render_team(
    request: SignedInRequest, me: Membership, template: str, *, status: int = HTTPStatus.OK, **context: Any
) -> HttpResponse:
    """A page in the team's frame; `me` is the reader's membership."""
    frame = {
        "me": me,
        "team": me.team,
        "can_manage": has_right(me, Right.MANAGE),
        "can_own": has_right(me, Right.OWN),
    }
    return render(request, f"teams/{template}.html", frame | context, status=status)


def render_too_many(request: SignedInRequest, limit: LimitReached) -> HttpResponse:
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(limit.retry_after)
    return answer
