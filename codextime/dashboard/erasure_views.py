"""Erasing one's own account, behind the password and a second look."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard import services
from codextime.dashboard.forms import ErasureForm

TEMPLATE = "dashboard/erase.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required
def erase_account(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, TEMPLATE, {"form": ErasureForm(email=request.user.email)})
    form = ErasureForm(request.POST, email=request.user.email)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=HTTPStatus.BAD_REQUEST)
    services.erase_account(user=request.user, now=timezone.now())
    logout(request)
    messages.success(request, "Your account is erased, with all that was stored for it.")
    return redirect("home")
