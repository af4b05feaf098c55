"""Inviting people, and what became of it."""

import uuid
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from codextime.accounts.requests import SignedInRequest
from codextime.lib.rate_limits import LimitReached, count_use
from codextime.teams import forms, inviting, limits, selectors
from codextime.teams.access import Right, get_invitation, may_act_on, roles_to_give
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import Membership, Role
from codextime.teams.pages import FORM, POST, render_team, render_too_many, team_view
from codextime.teams.refusals import Telling, sentence_of


@team_view(Right.MANAGE, FORM)
def invite(request: SignedInRequest, me: Membership) -> HttpResponse:
    """The list; by POST a new one, whose link, if it is not mailed, stands on the answer and nowhere else."""
    if request.method != "POST":
        return show(request, me, empty_form(me))
    form = forms.InvitationForm(request.POST, roles=roles_to_give(me))
    if not form.is_valid():
        return show(request, me, form, status=HTTPStatus.BAD_REQUEST)
    now, email, role = timezone.now(), form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        count_use(limits.INVITATIONS_BY_USER, key=str(me.user_id), now=now)
        link = inviting.invite(actor=me, email=email, role=role, now=now)[1]
    except LimitReached as limit:
        return render_too_many(request, limit)
    except (inviting.TooManyInvitations, TeamBeingDeleted) as error:
        form.add_error(None, sentence_of(error))
        return show(request, me, form, status=HTTPStatus.BAD_REQUEST)
    return show(request, me, empty_form(me), link=link, email=email)


@team_view(Right.MANAGE, POST)
def resend(request: SignedInRequest, me: Membership, invitation_id: uuid.UUID) -> HttpResponse:
    invitation = get_invitation(reader=me, public_id=invitation_id)
    now = timezone.now()
    try:
        count_use(limits.INVITATIONS_BY_USER, key=str(me.user_id), now=now)
        link = inviting.resend(actor=me, invitation=invitation, now=now)
    except LimitReached as limit:
        return render_too_many(request, limit)
    except (inviting.InvitationClosed, TeamBeingDeleted) as error:
        form = forms.InvitationForm({}, roles=roles_to_give(me))
        form.full_clean()
        form.errors.clear()
        form.add_error(None, sentence_of(error))
        return show(request, me, form, status=HTTPStatus.CONFLICT)
    return show(request, me, empty_form(me), link=link, email=invitation.email)


@team_view(Right.MANAGE, POST)
def revoke(request: SignedInRequest, me: Membership, invitation_id: uuid.UUID) -> HttpResponse:
    invitation = get_invitation(reader=me, public_id=invitation_id)
    with Telling(request, _("The invitation does not work any more.")):
        inviting.revoke_invitation(actor=me, invitation=invitation, now=timezone.now())
    return redirect("team_invitations", me.team.slug)


def empty_form(me: Membership) -> forms.InvitationForm:
    return forms.InvitationForm(roles=roles_to_give(me), initial={"role": Role.MEMBER})


def show(
    request: SignedInRequest,
    me: Membership,
    form: forms.InvitationForm,
    link: str = "",
    email: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """`link` is what was just made, `email` whom something was just sent to or made for."""
    now = timezone.now()
    rows = [
        (invitation, invitation.is_open(now), may_act_on(me, invitation.role))
        for invitation in selectors.list_invitations(team=me.team)
    ]
    context = {"form": form, "rows": rows, "link": link, "email": email, "has_mail": settings.HAS_MAIL}
    return render_team(request, me, "invitations", status=status, **context)
