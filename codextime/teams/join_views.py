"""Accepting an invitation, with an account or on the way to one."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from codextime.accounts.requests import SignedInRequest, network_of
from codextime.accounts.returning import remember_page
from codextime.accounts.services import AccountBeingErased
from codextime.lib.rate_limits import LimitReached, count_use
from codextime.teams import inviting, limits, members
from codextime.teams.forms import OwnNameForm
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.pages import FORM, render_too_many
from codextime.teams.refusals import sentence_of

IN_SESSION = "team_invitation"  # the token of the link that the visitor came with


@require_safe
@never_cache
def open_link(request: SignedInRequest, token: str) -> HttpResponse:
    """Remembers the invitation in the session and goes on to a page whose address holds no secret, so that nothing that
    leads back there after signing in or up does."""
    try:
        count_use(limits.JOINS_BY_NETWORK, key=network_of(request), now=timezone.now())
        inviting.get_open_invitation(token=token, now=timezone.now())
    except LimitReached as limit:
        return render_too_many(request, limit)
    except inviting.InvitationSpent:
        return render_spent(request)
    request.session[IN_SESSION] = token
    return redirect("team_join_page")


@require_http_methods(FORM)
@never_cache
def join(request: SignedInRequest) -> HttpResponse:
    """What the invitation is to; for strangers how to come back with an account."""
    try:
        invitation = inviting.get_open_invitation(token=request.session.get(IN_SESSION, ""), now=timezone.now())
    except inviting.InvitationSpent:
        return render_spent(request)
    if not request.user.is_authenticated:
        answer = render(request, "teams/join_stranger.html", {"invitation": invitation})
        remember_page(request, answer)
        return answer
    try:
        inviting.check_is_for(invitation, request.user)
        return accept(request, invitation.team.name, invitation.get_role_display())
    except inviting.AlreadyMember:  # perhaps by another link, in this moment
        return redirect("team_members", invitation.team.slug)
    except inviting.ForAnotherAddress:
        return render(request, "teams/join_other.html", status=HTTPStatus.FORBIDDEN)


def accept(request: SignedInRequest, team_name: str, role: str) -> HttpResponse:
    form = OwnNameForm(request.POST or None, initial={"own_name": request.user.email.partition("@")[0]})
    if form.is_valid():
        try:
            member = inviting.accept_invitation(
                user=request.user,
                token=request.session[IN_SESSION],
                name=form.cleaned_data["own_name"],
                now=timezone.now(),
            )
        except inviting.InvitationSpent:  # in this moment
            return render_spent(request)
        except members.NameTaken as error:
            form.add_error("own_name", sentence_of(error))
        except (AccountBeingErased, TeamBeingDeleted) as error:
            form.add_error(None, sentence_of(error))
        else:
            del request.session[IN_SESSION]
            return redirect("team_seat_share", member.team.slug)
    status = HTTPStatus.BAD_REQUEST if request.method == "POST" else HTTPStatus.OK
    context = {"form": form, "team_name": team_name, "role": role}
    return render(request, "teams/join.html", context, status=status)


def render_spent(request: HttpRequest) -> HttpResponse:
    return render(request, "teams/invitation_spent.html", status=HTTPStatus.NOT_FOUND)
