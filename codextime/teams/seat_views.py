"""Sharing a seat: shown as the team will see it, then switched on, changed, ended."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.services import AccountBeingErased
from codextime.teams import access, forms, seats, selectors
from codextime.teams.access import Right
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import Membership, Seat
from codextime.teams.pages import FORM, POST, render_team, team_view
from codextime.teams.previewing import make_preview
from codextime.teams.refusals import Telling, sentence_of

REFUSALS = (seats.SourceNotFound, seats.AlreadyShared, seats.TooManySeats, AccountBeingErased, TeamBeingDeleted)
WRONG_START = (seats.StartOutOfRange, seats.SharedUntil)


@team_view(Right.SEE, FORM)
def share_seat(request: SignedInRequest, me: Membership) -> HttpResponse:
    """By GET with a form's fields what the team would see; by POST it does from then on."""
    sources, now = selectors.list_free_sources(membership=me), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    if not sent:
        form = forms.ShareForm(sources=sources, initial={"starts_on": seats.today_in(me.team, now)})
        return show(request, me, form)
    form = forms.ShareForm(sent, sources=sources)
    if not form.is_valid():
        return show(request, me, form, status=HTTPStatus.BAD_REQUEST)
    chosen = {"source_ids": form.cleaned_data["sources"], "starts_on": form.cleaned_data["starts_on"]}
    try:
        if request.method != "POST":
            seats.check_seat(actor=me, **chosen, now=now)
            return show(request, me, form, is_preview=True)
        typed = {name: form.cleaned_data[name] for name in ("label", "keeps_past")}
        seats.share_seat(actor=me, **chosen, **typed, now=now)
    except (*REFUSALS, *WRONG_START) as error:
        form.add_error("starts_on" if isinstance(error, WRONG_START) else None, sentence_of(error))
        return show(request, me, form, status=HTTPStatus.BAD_REQUEST)
    messages.success(request, _("The team sees “%s” now.") % typed["label"])
    return redirect("team_seat_share", me.team.slug)


def show(
    request: SignedInRequest,
    me: Membership,
    form: forms.ShareForm,
    is_preview: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "seats": list(selectors.list_own_seats(membership=me))}
    if is_preview:
        chosen = form.cleaned_data
        context["preview"] = make_preview(membership=me, source_ids=chosen["sources"], first=chosen["starts_on"])
    return render_team(request, me, "share", status=status, **context)


@team_view(Right.SEE, FORM)
def edit_seat(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    """One's own, or any for managers: of another's they change the budget, or end it."""
    seat = access.get_seat(reader=me, public_id=seat_id)
    if seat.user_id != me.user_id:
        access.check_right(me, Right.MANAGE)
    if request.method != "POST":
        return show_form(request, me, seat)
    access.get_own_seat(reader=me, public_id=seat_id)
    form = forms.SeatForm(request.POST)
    if not form.is_valid():
        return show_form(request, me, seat, status=HTTPStatus.BAD_REQUEST, form=form)
    with Telling(request, _("Saved.")):
        seats.change_seat(actor=me, seat=seat, **form.cleaned_data, now=timezone.now())
    return redirect("team_seat_share", me.team.slug)


def show_form(
    request: SignedInRequest, me: Membership, seat: Seat, status: int = HTTPStatus.OK, **sent: Any
) -> HttpResponse:
    """What can be done to a seat; `sent` is the form that was not right."""
    member = selectors.find_member_of(seat)
    goes_on = not seat.is_team_owned and seat.ends_on is None
    context: dict[str, Any] = {
        "seat": seat,
        "member": member,
        "is_own": seat.user_id == me.user_id,
        "can_end": goes_on and (member is None or access.may_act_on(me, member.role)),
        "form": forms.SeatForm(initial=vars(seat)),
        "past_form": forms.PastForm(),
        "budget_form": forms.BudgetForm(initial=vars(seat)),
    }
    return render_team(request, me, "seat", status=status, **context | sent)


@team_view(Right.SEE, POST)
def end_seat(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    """One's own."""
    seat = access.get_own_seat(reader=me, public_id=seat_id)
    form = forms.PastForm(request.POST)
    if not form.is_valid():
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
    with Telling(request, _("The team sees nothing new of “%s” any more.") % seat.label):
        seats.end_own_seat(actor=me, seat=seat, keeps_past=form.keeps_past, now=timezone.now())
    return redirect("team_seat_share", me.team.slug)


@team_view(Right.MANAGE, POST)
def end_seat_of_another(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    seat = access.get_seat(reader=me, public_id=seat_id)
    with Telling(request, _("“%s” was ended.") % seat.label):
        seats.end_seat_of_another(actor=me, seat=seat, now=timezone.now())
    return redirect("team_members", me.team.slug)


@team_view(Right.MANAGE, POST)
def set_budget(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    seat = access.get_seat(reader=me, public_id=seat_id)
    form = forms.BudgetForm(request.POST)
    if not form.is_valid():
        return show_form(request, me, seat, status=HTTPStatus.BAD_REQUEST, budget_form=form)
    with Telling(request, _("Saved.")):
        seats.set_seat_budget(actor=me, seat=seat, **form.cleaned_data, now=timezone.now())
    return redirect("team_seat_edit", me.team.slug, seat_id)


@require_POST
@login_required
def take_back_seat(request: SignedInRequest, seat_id: uuid.UUID) -> HttpResponse:
    """What stayed in a team that one has left."""
    seat = access.get_left_seat(user=request.user, public_id=seat_id)
    with Telling(request, _("The team sees nothing of “%s” any more.") % seat.label):
        seats.take_back_seat(seat=seat, now=timezone.now())
    return redirect("teams")
