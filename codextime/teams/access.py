"""Who may do what in a team. Whoever is not in it does not learn that it is there; who is in it and may not is told so.

| | owner | admin | member |
|---|---|---|---|
| see the team, its seats and its people; share one's own; leave | yes | yes | yes |
| invite; change, remove and invite up to one's own role | yes | yes | no |
| name, time zone, board, budgets; machines; team tokens | yes | yes | no |
| address, audit log, deletion | yes | no | no |
"""

import uuid
from enum import Enum
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404

from codextime.accounts.models import User
from codextime.teams.models import Invitation, Membership, Role, Seat, TeamToken

M = TypeVar("M", bound=models.Model)

RANKS = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}


class Right(Enum):
    """What somebody may do in a team: the least role that it takes."""

    SEE = Role.MEMBER
    MANAGE = Role.ADMIN
    OWN = Role.OWNER


def has_right(membership: Membership, right: Right) -> bool:
    return RANKS[Role(membership.role)] >= RANKS[right.value]


def may_act_on(membership: Membership, role: str) -> bool:
    """Whether somebody may invite, change and remove people of a role: managers, up to their own."""
    return has_right(membership, Right.MANAGE) and RANKS[Role(membership.role)] >= RANKS[Role(role)]


def roles_to_give(membership: Membership) -> list[Role]:
    """Those that one may invite with and change to, the least first."""
    return [role for role in RANKS if may_act_on(membership, role)]


def get_membership(*, user: User, slug: str, right: Right = Right.SEE) -> Membership:
    """The user's own, with the team. `Http404` for who is not in it, whether it exists or not; `PermissionDenied` for
    who is in it without the right."""
    membership = Membership.objects.select_related("team").filter(team__slug=slug, user=user).first()
    if membership is None:
        raise Http404
    check_right(membership, right)
    membership.user = user  # who need not be read again
    return membership


def check_right(membership: Membership, right: Right) -> None:
    """Raises `PermissionDenied`."""
    if not has_right(membership, right):
        raise PermissionDenied


def get_member(*, reader: Membership, public_id: uuid.UUID) -> Membership:
    """`Http404` for somebody who is not in the reader's team."""
    return find_in_team(Membership.objects.select_related("user"), reader, public_id)


def get_invitation(*, reader: Membership, public_id: uuid.UUID) -> Invitation:
    """`Http404` for one that is not of the reader's team."""
    return find_in_team(Invitation.objects.all(), reader, public_id)


def get_token(*, reader: Membership, public_id: uuid.UUID) -> TeamToken:
    """`Http404` for one that is not of the reader's team."""
    return find_in_team(TeamToken.objects.all(), reader, public_id)


def get_seat(*, reader: Membership, public_id: uuid.UUID) -> Seat:
    """`Http404` for one that is not of the reader's team."""
    return find_in_team(Seat.objects.select_related("user"), reader, public_id)


def get_own_seat(*, reader: Membership, public_id: uuid.UUID) -> Seat:
    """`Http404` for one that is not of the reader's team, `PermissionDenied` for somebody else's."""
    seat = get_seat(reader=reader, public_id=public_id)
    if seat.user_id != reader.user_id:
        raise PermissionDenied
    return seat


def get_machine(*, reader: Membership, public_id: uuid.UUID) -> Seat:
    """`Http404` for a seat that is not of the reader's team, or that a member shares."""
    return find_in_team(Seat.objects.filter(is_team_owned=True).select_related("user"), reader, public_id)


def get_left_seat(*, user: User, public_id: uuid.UUID) -> Seat:
    """What stayed of the user's in a team that they left. `Http404` for everything else."""
    seat = Seat.objects.select_related("user").filter(public_id=public_id, user=user).first()
    if seat is None or Membership.objects.filter(team=seat.team_id, user=user).exists():
        raise Http404
    return seat


def find_in_team(rows: "QuerySet[M]", reader: Membership, public_id: uuid.UUID) -> M:
    found = rows.filter(team=reader.team, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
