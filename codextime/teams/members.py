"""Who is in a team, and as what. At any time somebody owns it who is going to stay."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from codextime.accounts.models import AccountErasure
from codextime.accounts.services import hold_staying_user
from codextime.teams import audit
from codextime.teams.access import Right, may_act_on
from codextime.teams.locks import RightLost, lock_as
from codextime.teams.models import AuditEntry, Membership, Removal, Role, Seat, Team
from codextime.teams.seats import end_seats_of


class LastOwner(Exception):
    """Without them nobody would own the team."""


class MemberGone(LookupError):
    """They left in this moment."""


class NameTaken(Exception):
    """Somebody in the team is called so."""


def staying_owners(team: Team) -> "QuerySet[Membership]":
    """Without those whose accounts are going to be erased."""
    owners = Membership.objects.filter(team=team, role=Role.OWNER)
    return owners.exclude(user__in=AccountErasure.objects.values("user"))


def check_owned_without(membership: Membership) -> None:
    """Raises `LastOwner`. Call it under the team's lock."""
    if membership.role == Role.OWNER and not staying_owners(membership.team).exclude(pk=membership.pk).exists():
        raise LastOwner


@transaction.atomic
def change_role(*, actor: Membership, member: Membership, role: Role, now: datetime) -> None:
    """Nobody acts on somebody above them, or lifts somebody above themselves. Raises `LastOwner`, `MemberGone` and, for
    a new owner, `AccountBeingErased`."""
    actor = lock_as(actor, Right.MANAGE)
    member = get_again(actor, member)
    if not may_act_on(actor, role):
        raise RightLost
    if role == member.role:
        return
    if role == Role.OWNER:
        hold_staying_user(user_id=member.user_id)
    else:
        check_owned_without(member)
    set_role(actor=actor, member=member, role=role, now=now)


def set_role(*, actor: Membership, member: Membership, role: Role, now: datetime) -> None:
    member.role = role
    member.save(update_fields=["role"])
    audit.record(
        team=actor.team,
        actor=actor,
        action=AuditEntry.Action.CHANGED_ROLE,
        subject=member.name,
        detail=role.value,
        about=member.user,
        now=now,
    )


@transaction.atomic
def transfer_team(*, actor: Membership, member: Membership, now: datetime) -> None:
    """Makes somebody the owner in the actor's place, who is an admin from then on. Raises `MemberGone` and
    `AccountBeingErased`."""
    actor = lock_as(actor, Right.OWN)
    member = get_again(actor, member)
    if member.pk == actor.pk:
        return
    hold_staying_user(user_id=member.user_id)
    set_role(actor=actor, member=member, role=Role.OWNER, now=now)
    set_role(actor=actor, member=actor, role=Role.ADMIN, now=now)


@transaction.atomic
def remove_member(*, actor: Membership, member: Membership, now: datetime) -> None:
    """Of their seats stays what they said when they shared them. Raises `LastOwner` and `MemberGone`."""
    actor = lock_as(actor, Right.MANAGE)
    member = get_again(actor, member)
    check_owned_without(member)
    end_membership(member, keeps_past=None, now=now)
    leave_notice(member)
    audit.record(
        team=actor.team,
        actor=actor,
        action=AuditEntry.Action.REMOVED,
        subject=member.name,
        about=member.user,
        now=now,
    )


def leave_notice(member: Membership) -> None:
    """Has them told by mail, on a server that sends any."""
    if settings.HAS_MAIL:
        stayed = Seat.objects.filter(team=member.team, user=member.user).count()
        Removal.objects.create(team=member.team, user=member.user, stayed=stayed)


@transaction.atomic
def leave_team(*, actor: Membership, keeps_past: bool, now: datetime) -> None:
    """What they shared stays, up to yesterday, or goes. Raises `LastOwner`."""
    actor = lock_as(actor)
    check_owned_without(actor)
    end_membership(actor, keeps_past=keeps_past, now=now)
    audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.LEFT, now=now)


def end_membership(membership: Membership, *, keeps_past: bool | None, now: datetime) -> None:
    end_seats_of(team=membership.team, user=membership.user, keeps_past=keeps_past, now=now)
    Membership.objects.filter(pk=membership.pk).delete()


@transaction.atomic
def rename_oneself(*, actor: Membership, name: str) -> None:
    """How the team calls the actor. Raises `NameTaken`."""
    actor = lock_as(actor)
    actor.name = name
    save_with_name(actor)


def save_with_name(membership: Membership) -> None:
    """Raises `NameTaken`: the rule of the table knows, also of two at once."""
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError:
        raise NameTaken from None


def get_again(actor: Membership, member: Membership) -> Membership:
    """As they are now, if the actor may act on them. Raises `MemberGone`."""
    found = Membership.objects.select_related("user").filter(team=actor.team, pk=member.pk).first()
    if found is None:
        raise MemberGone
    if not may_act_on(actor, found.role):
        raise RightLost
    found.team = actor.team
    return found
