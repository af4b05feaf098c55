"""The lock of a team: whoever changes its people, seats or settings holds it until the transaction ends, so that two
changes happen one after the other. A user's row, if it is locked too, is locked after the teams."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from codextime.accounts.models import User
from codextime.teams.access import Right, has_right
from codextime.teams.models import Membership, Team


class TeamGone(Http404):
    """The team was deleted in this moment."""


class TeamBeingDeleted(Exception):
    """An owner asked for the team to be deleted, and may still keep it: nothing is added until then."""


class RightLost(PermissionDenied):
    """Somebody else took the right away since the request began, or the member left in another window."""


def lock_team(team_id: int) -> Team:
    """The team as it is now. Raises `TeamGone`."""
    # Totals of seats refer to the team and are not held up: they take a weaker lock than this one.
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise TeamGone
    return team


def lock_staying_team(team_id: int) -> Team:
    """As `lock_team`, for what adds something to it. Raises `TeamBeingDeleted` too."""
    team = lock_team(team_id)
    if team.delete_at is not None:
        raise TeamBeingDeleted
    return team


def lock_teams_of(user: User) -> list[Team]:
    """All that the user is in, in an order that everybody keeps to."""
    teams = Membership.objects.filter(user=user).values("team")
    return list(Team.objects.select_for_update(no_key=True).filter(pk__in=teams).order_by("pk"))


def lock_as(actor: Membership, right: Right = Right.SEE, *, adds: bool = False) -> Membership:
    """Locks the actor's team; their membership as it is now, with that team. Raises `RightLost` and `TeamGone`, and
    for what `adds` something `TeamBeingDeleted`."""
    team = lock_staying_team(actor.team_id) if adds else lock_team(actor.team_id)
    now = Membership.objects.select_related("user").filter(pk=actor.pk).first()
    if now is None or not has_right(now, right):
        raise RightLost
    now.team = team
    return now
