"""Erasing one's own account, or all its usage, behind the password and a second look."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard import selectors, services
from codextime.dashboard.forms import ErasureForm
from codextime.teams.departing import LastOwnerOf

ACCOUNT, USAGE = "dashboard/erase.html", "dashboard/erase_usage.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required
def erase_account(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        due_at = selectors.find_erasure_due_at(user=request.user)
        return render(request, ACCOUNT, {"form": ErasureForm(email=request.user.email), "erasure_due_at": due_at})
    form = ErasureForm(request.POST, email=request.user.email)
    if not form.is_valid():
        return render(request, ACCOUNT, {"form": form}, status=HTTPStatus.BAD_REQUEST)
    try:
        services.ask_to_erase_account(user=request.user, now=timezone.now())
    except LastOwnerOf as error:
        teams = ", ".join(team.name for team in error.teams)
        form.add_error(
            None, _("Without you nobody would own %s. Hand it over or delete it first, under Teams.") % teams
        )
        return render(request, ACCOUNT, {"form": form}, status=HTTPStatus.CONFLICT)
    return redirect("erase_account")


@require_POST
@login_required
def keep_account(request: SignedInRequest) -> HttpResponse:
    try:
        services.keep_account(user=request.user)
    except services.NotBeingErased:
        messages.info(request, _("Your account stays."))
    else:
        messages.success(
            request, _("Your account stays. Pair your machines again, and join the leaderboard if you like.")
        )
    return redirect("settings")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required
def erase_usage(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, USAGE, {"form": ErasureForm(email=request.user.email)})
    form = ErasureForm(request.POST, email=request.user.email)
    if not form.is_valid():
        return render(request, USAGE, {"form": form}, status=HTTPStatus.BAD_REQUEST)
    services.erase_usage(user=request.user, now=timezone.now())
    messages.success(request, _("Your usage is being erased. In a moment nothing of it is left; the account stays."))
    return redirect("settings")
