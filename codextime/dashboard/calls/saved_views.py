"""Saving a list of calls under a name, and what its owner does with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.access import get_own_view
from codextime.dashboard.calls import services
from codextime.dashboard.calls.forms import ViewForm, ViewNameForm


@require_POST
@login_required
def save_view(request: SignedInRequest) -> HttpResponse:
    form = ViewForm(request.POST)
    if not form.is_valid():
        return say_what_is_wrong(request, form)
    try:
        view, is_new = services.save_view(user=request.user, **form.cleaned_data, now=timezone.now())
    except services.TooManyViews:
        messages.error(request, _("There are 50 saved views already. Delete one first."))
        return to_calls(form.cleaned_data["query"])
    text = _("Saved as “%(name)s”.") if is_new else _("“%(name)s” is this list now; what it was before is gone.")
    messages.success(request, text % {"name": view.name})
    return to_calls(view.query)


@require_POST
@login_required
def rename_view(request: SignedInRequest, view_id: int) -> HttpResponse:
    view = get_own_view(user=request.user, view_id=view_id)
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        return say_what_is_wrong(request, form)
    try:
        services.rename_view(view=view, name=form.cleaned_data["name"])
    except services.NameTaken:
        messages.error(request, _("Another saved view has that name."))
    else:
        messages.success(request, _("Renamed."))
    return redirect("calls")


@require_POST
@login_required
def delete_view(request: SignedInRequest, view_id: int) -> HttpResponse:
    services.delete_view(view=get_own_view(user=request.user, view_id=view_id))
    messages.success(request, _("Deleted. No call has changed."))
    return redirect("calls")


def say_what_is_wrong(request: SignedInRequest, form: ViewNameForm) -> HttpResponse:
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return to_calls(form.cleaned_data.get("query", ""))


def to_calls(query: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("calls") + (f"?{query}" if query else ""))
