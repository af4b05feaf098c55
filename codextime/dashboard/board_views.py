"""The leaderboard's part of the settings: joining, the handle, leaving."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.services import AccountBeingErased
from codextime.boards import services
from codextime.boards.limits import HANDLES_BY_USER
from codextime.dashboard.forms import HandleForm
from codextime.dashboard.settings_views import render_settings, zone_form_of
from codextime.lib.rate_limits import LimitReached, count_use

View = Callable[[SignedInRequest], HttpResponse]

TAKEN = gettext_noop(
    "Somebody has this handle, or one that looks like it, or had it in the last 30 days. Choose another one."
)


def limits_handles(view: View) -> View:
    """Counts every handle that somebody asks for, had or not, and stops whoever asks for too many."""

    @wraps(view)
    def limited(request: SignedInRequest) -> HttpResponse:
        try:
            count_use(HANDLES_BY_USER, key=str(request.user.pk), now=timezone.now())
        except LimitReached as limit:
            answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
            answer["Retry-After"] = str(limit.retry_after)
            return answer
        return view(request)

    return limited


@require_POST
@login_required
@limits_handles
def join_board(request: SignedInRequest) -> HttpResponse:
    form = HandleForm(request.POST)
    if not form.is_valid():
        return refuse(request, form)
    try:
        services.join_board(user=request.user, handle=form.cleaned_data["handle"], now=timezone.now())
    except services.HandleTaken:
        return refuse(request, form, _(TAKEN))
    except services.AlreadyListed:
        messages.info(request, _("You are on the leaderboard already."))
    except AccountBeingErased:
        return refuse(request, form, _("Your account is going to be erased. To join the leaderboard, keep it first."))
    else:
        messages.success(request, _("You are on the leaderboard. Your rank follows within a minute."))
    return redirect("settings")


@require_POST
@login_required
@limits_handles
def change_handle(request: SignedInRequest) -> HttpResponse:
    form = HandleForm(request.POST)
    if not form.is_valid():
        return refuse(request, form)
    try:
        services.change_handle(user=request.user, handle=form.cleaned_data["handle"], now=timezone.now())
    except services.HandleTaken:
        return refuse(request, form, _(TAKEN))
    except services.NotListed:
        messages.info(request, _("You are not on the leaderboard."))
    else:
        messages.success(request, _("Handle saved. It is on the board within a minute."))
    return redirect("settings")


@require_POST
@login_required
def leave_board(request: SignedInRequest) -> HttpResponse:
    services.leave_board(user=request.user, now=timezone.now())
    messages.success(request, _("You are off the leaderboard, with all that it held of you."))
    return redirect("settings")


def refuse(request: SignedInRequest, form: HandleForm, error: str = "") -> HttpResponse:
    if error:
        form.add_error("handle", error)
    return render_settings(request, zone_form_of(request), handle_form=form, status=HTTPStatus.BAD_REQUEST)
