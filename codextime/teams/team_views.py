"""One's teams, a new one, and what is chosen for a team as a whole."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.services import AccountBeingErased
from codextime.teams import forms, selectors, services
from codextime.teams.access import Right
from codextime.teams.audit_words import describe
from codextime.teams.models import Membership
from codextime.teams.pages import FORM, PAGE, POST, render_team, team_view
from codextime.teams.refusals import Telling, sentence_of


@require_safe
@never_cache
@login_required
def list_teams(request: SignedInRequest) -> HttpResponse:
    context = {
        "memberships": list(selectors.list_teams(user=request.user)),
        "left_seats": list(selectors.list_left_seats(user=request.user)),
    }
    return render(request, "teams/teams.html", context)


@require_http_methods(FORM)
@never_cache
@login_required
def create_team(request: SignedInRequest) -> HttpResponse:
    form = forms.NewTeamForm(request.POST or None, initial={"time_zone": request.user.time_zone})
    if form.is_valid():
        try:
            team = services.create_team(user=request.user, **form.cleaned_data, now=timezone.now())
            return redirect("team_invitations", team.slug)
        except services.SlugTaken as error:
            form.add_error("slug", sentence_of(error))
        except (services.TooManyTeams, AccountBeingErased) as error:
            form.add_error(None, sentence_of(error))
    status = HTTPStatus.BAD_REQUEST if request.method == "POST" else HTTPStatus.OK
    return render(request, "teams/new.html", {"form": form}, status=status)


@team_view(Right.MANAGE, FORM)
def change_settings(request: SignedInRequest, me: Membership) -> HttpResponse:
    team = me.team
    if request.method != "POST":
        return show_settings(request, me, forms.SettingsForm(initial=vars(team)))
    form = forms.SettingsForm(request.POST)
    if not form.is_valid():
        return show_settings(request, me, form, status=HTTPStatus.BAD_REQUEST)
    with Telling(request, _("Saved.")):
        services.change_settings(actor=me, settings=services.Settings(**form.cleaned_data), now=timezone.now())
    return redirect("team_settings", team.slug)


@team_view(Right.OWN, POST)
def change_slug(request: SignedInRequest, me: Membership) -> HttpResponse:
    form = forms.SlugForm(request.POST)
    if form.is_valid():
        try:
            services.change_slug(actor=me, slug=form.cleaned_data["slug"], now=timezone.now())
            return redirect("team_settings", form.cleaned_data["slug"])
        except services.SlugTaken as error:
            form.add_error("slug", sentence_of(error))
    settings_form = forms.SettingsForm(initial=vars(me.team))
    return show_settings(request, me, settings_form, slug_form=form, status=HTTPStatus.BAD_REQUEST)


@team_view(Right.OWN, POST)
def delete_team(request: SignedInRequest, me: Membership) -> HttpResponse:
    form = forms.DeletionForm(request.POST, team=me.team)
    if not form.is_valid():
        settings_form = forms.SettingsForm(initial=vars(me.team))
        return show_settings(request, me, settings_form, deletion_form=form, status=HTTPStatus.BAD_REQUEST)
    with Telling(request, _("The team will be deleted in 14 days. Until then an owner can keep it.")):
        services.ask_to_delete_team(actor=me, now=timezone.now())
    return redirect("team_settings", me.team.slug)


@team_view(Right.OWN, POST)
def keep_team(request: SignedInRequest, me: Membership) -> HttpResponse:
    with Telling(request, _("The team stays.")):
        services.keep_team(actor=me, now=timezone.now())
    return redirect("team_settings", me.team.slug)


def show_settings(
    request: SignedInRequest,
    me: Membership,
    form: forms.SettingsForm,
    slug_form: forms.SlugForm | None = None,
    deletion_form: forms.DeletionForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    return render_team(
        request,
        me,
        "settings",
        status=status,
        form=form,
        slug_form=slug_form or forms.SlugForm(initial={"slug": me.team.slug}),
        deletion_form=deletion_form or forms.DeletionForm(team=me.team),
    )


@team_view(Right.OWN, PAGE)
def show_audit_log(request: SignedInRequest, me: Membership) -> HttpResponse:
    before = request.GET.get("before", "")
    if before and not (before.isdecimal() and before.isascii() and len(before) < 19):
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
    page = selectors.get_audit_page(team=me.team, before=int(before) if before else None)
    lines = [describe(entry) for entry in page.entries]
    return render_team(request, me, "audit", page=page, lines=lines)
