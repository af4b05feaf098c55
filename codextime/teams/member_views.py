"""Who is in a team: seen by all of it, changed by its managers, left by everybody for themselves."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from codextime.accounts.requests import SignedInRequest
from codextime.teams import forms, members, selectors
from codextime.teams.access import Right, get_member, may_act_on, roles_to_give
from codextime.teams.models import Membership, Role
from codextime.teams.pages import FORM, PAGE, POST, render_team, team_view
from codextime.teams.refusals import Telling, sentence_of


@team_view(Right.SEE, PAGE)
def show_members(request: SignedInRequest, me: Membership) -> HttpResponse:
    return show(request, me, forms.OwnNameForm(initial={"own_name": me.name}))


def show(
    request: SignedInRequest, me: Membership, name_form: forms.OwnNameForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    page = selectors.page_of(selectors.list_members(team=me.team), request.GET.get("page", ""))
    rows = [(member, member.pk != me.pk and may_act_on(me, member.role)) for member in page]
    roles = [(role.value, forms.ROLES[role]) for role in roles_to_give(me)]
    return render_team(request, me, "members", page=page, rows=rows, roles=roles, name_form=name_form, status=status)


@team_view(Right.SEE, POST)
def rename_oneself(request: SignedInRequest, me: Membership) -> HttpResponse:
    form = forms.OwnNameForm(request.POST)
    if form.is_valid():
        try:
            members.rename_oneself(actor=me, name=form.cleaned_data["own_name"])
            return redirect("team_members", me.team.slug)
        except members.NameTaken as error:
            form.add_error("own_name", sentence_of(error))
    return show(request, me, form, status=HTTPStatus.BAD_REQUEST)


@team_view(Right.MANAGE, POST)
def change_role(request: SignedInRequest, me: Membership, member_id: uuid.UUID) -> HttpResponse:
    member = get_member(reader=me, public_id=member_id)
    form = forms.RoleForm(request.POST, roles=roles_to_give(me))
    if not form.is_valid():
        return show(request, me, forms.OwnNameForm(initial={"own_name": me.name}), status=HTTPStatus.BAD_REQUEST)
    with Telling(request, _("The role of %s was changed.") % member.name):
        members.change_role(actor=me, member=member, role=Role(form.cleaned_data["role"]), now=timezone.now())
    return redirect("team_members", me.team.slug)


@team_view(Right.OWN, POST)
def transfer_team(request: SignedInRequest, me: Membership, member_id: uuid.UUID) -> HttpResponse:
    member = get_member(reader=me, public_id=member_id)
    with Telling(request, _("The team belongs to %s now; you are an admin.") % member.name):
        members.transfer_team(actor=me, member=member, now=timezone.now())
    return redirect("team_members", me.team.slug)


@team_view(Right.MANAGE, POST)
def remove_member(request: SignedInRequest, me: Membership, member_id: uuid.UUID) -> HttpResponse:
    member = get_member(reader=me, public_id=member_id)
    if member.pk == me.pk:
        return redirect("team_leave", me.team.slug)  # which asks what becomes of the seats
    with Telling(request, _("%s is not in the team any more.") % member.name):
        members.remove_member(actor=me, member=member, now=timezone.now())
    return redirect("team_members", me.team.slug)


@team_view(Right.SEE, FORM)
def leave_team(request: SignedInRequest, me: Membership) -> HttpResponse:
    form = forms.PastForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with Telling(request, _("You left %s.") % me.team.name) as told:
            members.leave_team(actor=me, keeps_past=form.keeps_past, now=timezone.now())
        return redirect("teams") if told.is_done else redirect("team_leave", me.team.slug)
    seats = list(selectors.list_own_seats(membership=me))
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    return render_team(request, me, "leave", form=form, seats=seats, status=status)
