"""Machines without a person, as seats that the team owns."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from codextime.accounts.models import User
from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.teams import forms, machines, selectors
from codextime.teams.access import Right, get_machine
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import Membership
from codextime.teams.pages import FORM, POST, render_team, team_view
from codextime.teams.refusals import Telling, sentence_of
from codextime.teams.seats import SeatGone


@team_view(Right.MANAGE, FORM)
def add_machine(request: SignedInRequest, me: Membership) -> HttpResponse:
    """The list; by POST a new one, whose command with its token stands on the answer and nowhere else."""
    if request.method != "POST":
        return show(request, me, forms.MachineForm())
    form = forms.MachineForm(request.POST)
    if form.is_valid():
        try:
            seat, token = machines.add_machine(actor=me, label=form.cleaned_data["label"], now=timezone.now())
            return show(request, me, forms.MachineForm(), command=command_of(seat.user, token))
        except (machines.TooManyMachines, TeamBeingDeleted) as error:
            form.add_error(None, sentence_of(error))
    return show(request, me, form, status=HTTPStatus.BAD_REQUEST)


@team_view(Right.MANAGE, POST)
def renew_machine(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    seat = get_machine(reader=me, public_id=seat_id)
    try:
        token = machines.renew_machine(actor=me, seat=seat, now=timezone.now())
    except (machines.MachineEnded, SeatGone, TeamBeingDeleted) as error:
        with Telling(request, ""):
            raise error
        return redirect("team_machines", me.team.slug)
    return show(request, me, forms.MachineForm(), command=command_of(seat.user, token))


@team_view(Right.MANAGE, POST)
def end_machine(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    seat = get_machine(reader=me, public_id=seat_id)
    form = forms.MachinePastForm(request.POST)
    if not form.is_valid():
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
    with Telling(request, _("“%s” cannot upload any more.") % seat.label):
        machines.end_machine(actor=me, seat=seat, keeps_past=form.keeps_past, now=timezone.now())
    return redirect("team_machines", me.team.slug)


def command_of(account: User, token: str) -> str:
    """What runs on the machine, exactly."""
    return f"CODEXTIME_TOKEN={token} {get_tracker_command(account)}"


def show(
    request: SignedInRequest,
    me: Membership,
    form: forms.MachineForm,
    command: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    page = selectors.page_of(selectors.list_machines(team=me.team), request.GET.get("page", ""))
    context = {"form": form, "page": page, "command": command, "past_form": forms.MachinePastForm()}
    return render_team(request, me, "machines", status=status, **context)
