"""The page of team tokens."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from codextime.accounts.requests import SignedInRequest
from codextime.teams import forms, selectors, tokens
from codextime.teams.access import Right, get_token
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import Membership
from codextime.teams.pages import FORM, POST, render_team, team_view
from codextime.teams.refusals import Telling, sentence_of


@team_view(Right.MANAGE, FORM)
def team_tokens(request: SignedInRequest, me: Membership) -> HttpResponse:
    """The list; by POST a new one, whose text stands on the answer and nowhere else."""
    if request.method != "POST":
        return show(request, me, forms.TokenForm())
    form = forms.TokenForm(request.POST)
    if form.is_valid():
        try:
            text = tokens.make_team_token(actor=me, name=form.cleaned_data["name"], now=timezone.now())[1]
            return show(request, me, forms.TokenForm(), text=text)
        except (tokens.TooManyTeamTokens, TeamBeingDeleted) as error:
            form.add_error("name", sentence_of(error))
    return show(request, me, form, status=HTTPStatus.BAD_REQUEST)


@team_view(Right.MANAGE, POST)
def revoke_token(request: SignedInRequest, me: Membership, token_id: uuid.UUID) -> HttpResponse:
    token = get_token(reader=me, public_id=token_id)
    with Telling(request, _("“%s” cannot read any more.") % token.name):
        tokens.revoke_team_token(actor=me, token=token, now=timezone.now())
    return redirect("team_tokens", me.team.slug)


def show(
    request: SignedInRequest, me: Membership, form: forms.TokenForm, text: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"form": form, "text": text, "tokens": list(selectors.list_tokens(team=me.team))}
    return render_team(request, me, "tokens", status=status, **context)
