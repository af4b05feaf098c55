"""The settings: one page, and one address for each thing that it can change."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts import services as accounts
from codextime.accounts.requests import SignedInRequest, is_from_own_page
from codextime.boards.reading import find_own_listing
from codextime.dashboard import access, selectors
from codextime.dashboard.forms import HabitsForm, HandleForm, LabelForm, ThemeForm, TimeZoneForm
from codextime.exports.selectors import find_export
from codextime.exports.services import sign_link
from codextime.usage import services as usage

THEME_COOKIE = "theme"
ONE_YEAR = 365 * 24 * 3600
NO_FORMS: Mapping[int, LabelForm] = {}


@require_safe
@never_cache
@login_required
def show_settings(request: SignedInRequest) -> HttpResponse:
    return render_settings(request, zone_form_of(request))


@require_POST
@login_required
def change_time_zone(request: SignedInRequest) -> HttpResponse:
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return render_settings(request, form, status=400)
    usage.change_time_zone(user=request.user, name=form.cleaned_data["time_zone"])
    messages.success(request, _("Days are now those of %(zone)s.") % {"zone": request.user.time_zone})
    return back(request)


@require_POST
@login_required
def change_formats(request: SignedInRequest) -> HttpResponse:
    form = HabitsForm(request.POST)
    if not form.is_valid():
        return render_settings(request, zone_form_of(request), habits_form=form, status=400)
    accounts.change_habits(user=request.user, habits=form.habits)
    messages.success(request, _("Numbers and weeks read like that now."))
    return redirect("settings")


@require_POST
@csrf_exempt  # the form stands on pages for strangers, too, which everybody gets the same copy of
def change_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice in a cookie, as it belongs to the browser; `system` keeps nothing."""
    if not is_from_own_page(request):
        return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
    form = ThemeForm(request.POST)
    answer = back(request)
    if form.is_valid() and form.cleaned_data["theme"] != "system":
        secure = settings.SESSION_COOKIE_SECURE
        answer.set_cookie(
            THEME_COOKIE, form.cleaned_data["theme"], ONE_YEAR, samesite="Lax", httponly=True, secure=secure
        )
    else:
        answer.delete_cookie(THEME_COOKIE)
    return answer


@require_POST
@login_required
def start_session_grouping(request: SignedInRequest) -> HttpResponse:
    accounts.start_session_grouping(user=request.user, now=timezone.now())
    messages.success(request, _("Your calls may be grouped by session. Now say so to the tracker on each machine."))
    return redirect("settings")


@require_POST
@login_required
def stop_session_grouping(request: SignedInRequest) -> HttpResponse:
    usage.stop_session_grouping(user=request.user)
    messages.success(request, _("Your calls are not grouped any more, and what was stored for that is deleted."))
    return redirect("settings")


@require_POST
@login_required
def rename_source(request: SignedInRequest, source_id: int) -> HttpResponse:
    source = access.get_own_source(user=request.user, source_id=source_id)
    form = LabelForm(request.POST, auto_id=label_id(source_id))
    if not form.is_valid():
        return render_settings(request, zone_form_of(request), {source_id: form}, status=400)
    usage.rename_source(source=source, label=form.cleaned_data["label"])
    messages.success(request, _("Label saved."))
    return redirect("settings")


@require_POST
@login_required
def archive_source(request: SignedInRequest, source_id: int) -> HttpResponse:
    usage.archive_source(source=access.get_own_source(user=request.user, source_id=source_id), now=timezone.now())
    messages.success(request, _("Put into the archive. Its calls stay; if it uploads again, it comes back by itself."))
    return redirect("settings")


@require_POST
@login_required
def bring_source_back(request: SignedInRequest, source_id: int) -> HttpResponse:
    usage.bring_source_back(source=access.get_own_source(user=request.user, source_id=source_id))
    messages.success(request, _("Brought back from the archive."))
    return redirect("settings")


def render_settings(
    request: SignedInRequest,
    zone_form: TimeZoneForm,
    label_forms: Mapping[int, LabelForm] = NO_FORMS,
    handle_form: HandleForm | None = None,
    habits_form: HabitsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """`label_forms` by source, and the other forms, are those that could not be saved; others show what is stored."""
    listing = find_own_listing(user=request.user)
    handle_form = handle_form or HandleForm(initial={"handle": listing.handle if listing else ""})
    sources = [
        (source, label_forms.get(source.id) or LabelForm(initial={"label": source.label}, auto_id=label_id(source.id)))
        for source in selectors.get_labelled_sources(request.user)
    ]
    export = find_export(user=request.user)
    context = {
        "export": export,
        "export_link": reverse("fetch_export", args=[sign_link(export)]) if export and export.made_at else "",
        "zone_form": zone_form,
        "habits_form": habits_form or HabitsForm(initial=asdict(request.user.habits)),
        "sources": sources,
        "listing": listing,
        "handle_form": handle_form,
        "waiting": selectors.find_waiting(user=request.user),
        "erasure_due_at": selectors.find_erasure_due_at(user=request.user),
    }
    return render(request, "dashboard/settings.html", context, status=status)


def zone_form_of(request: SignedInRequest) -> TimeZoneForm:
    return TimeZoneForm(initial={"time_zone": request.user.time_zone})


def label_id(source_id: int) -> str:
    """What Django makes the ids in the form of a source of."""
    return f"%s-{source_id}"


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page of ours that the form was sent from; to one's settings, or the home page, otherwise."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    if is_ours:
        return HttpResponseRedirect(wanted)
    return redirect("settings" if request.user.is_authenticated else "home")
