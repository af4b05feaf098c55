"""Invitations: made, sent, taken back, accepted.

The link of one that is mailed is made when the mail is sent, so that nothing but the mail ever holds it; another link
is shown once to who makes it.
"""

import logging
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from codextime.accounts.models import User
from codextime.accounts.services import hold_staying_user
from codextime.lib.hashing import hash_secret
from codextime.teams import audit, emails
from codextime.teams.access import Right, may_act_on
from codextime.teams.locks import RightLost, TeamGone, lock_as, lock_staying_team
from codextime.teams.members import save_with_name
from codextime.teams.models import AuditEntry, Invitation, Membership, Role

logger = logging.getLogger(__name__)

INVITATION_LIFETIME = timedelta(days=7)
MOST_OPEN_INVITATIONS = 200  # of a team


class TooManyInvitations(Exception):
    """`MOST_OPEN_INVITATIONS` of the team are open."""


class InvitationSpent(Exception):
    """The link never was one, was used, revoked or replaced, is too old, or who made it may invite no more."""


class InvitationClosed(Exception):
    """It was accepted or revoked already."""


class ForAnotherAddress(Exception):
    """The account has not confirmed the address that was invited."""


class AlreadyMember(Exception):
    """The user is in the team already; the invitation stays for somebody else."""


@transaction.atomic
def invite(*, actor: Membership, email: str, role: Role, now: datetime) -> tuple[Invitation, str]:
    """A new invitation, and its link if that is to be handed on by hand: without an address, or without mail. Raises
    `TooManyInvitations` and `TeamBeingDeleted`."""
    actor = lock_as(actor, Right.MANAGE, adds=True)
    if not may_act_on(actor, role):
        raise RightLost
    is_open = {"revoked_at": None, "accepted_at": None, "expires_at__gt": now}
    if Invitation.objects.filter(team=actor.team, **is_open).count() >= MOST_OPEN_INVITATIONS:
        raise TooManyInvitations
    invitation = Invitation(team=actor.team, email=email.lower(), role=role, created_at=now)
    return invitation, hand_out(invitation, actor, AuditEntry.Action.INVITED, now)


@transaction.atomic
def resend(*, actor: Membership, invitation: Invitation, now: datetime) -> str:
    """A new link for it, which works for as long as a new invitation's; the old one does not any more. As `invite`.
    Raises `InvitationClosed` and `TeamBeingDeleted`."""
    actor = lock_as(actor, Right.MANAGE, adds=True)
    invitation = get_again(actor, invitation)
    return hand_out(invitation, actor, AuditEntry.Action.RESENT, now)


def hand_out(invitation: Invitation, actor: Membership, action: AuditEntry.Action, now: datetime) -> str:
    """The link, or nothing if it is mailed."""
    token = secrets.token_urlsafe(32)
    is_mailed = bool(invitation.email) and settings.HAS_MAIL
    invitation.token_hash = hash_secret(token)
    invitation.made_by = actor.user
    invitation.expires_at = now + INVITATION_LIFETIME
    invitation.sent_at = None if is_mailed else now
    invitation.save()
    audit.record(team=actor.team, actor=actor, action=action, detail=describe(invitation), now=now)
    return "" if is_mailed else link_with(token)


def link_with(token: str) -> str:
    return settings.BASE_URL + reverse("team_join", args=[token])


def describe(invitation: Invitation) -> str:
    """For the log, which keeps no address of who may never have heard of this server."""
    return f"{invitation.role} {'by_email' if invitation.email else 'by_link'}"


@transaction.atomic
def revoke_invitation(*, actor: Membership, invitation: Invitation, now: datetime) -> None:
    """Raises `InvitationClosed`."""
    actor = lock_as(actor, Right.MANAGE)
    invitation = get_again(actor, invitation)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    audit.record(
        team=actor.team,
        actor=actor,
        action=AuditEntry.Action.REVOKED_INVITATION,
        detail=describe(invitation),
        now=now,
    )


def get_again(actor: Membership, invitation: Invitation) -> Invitation:
    """As it is now, if it can be changed and the actor may. Raises `InvitationClosed`."""
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if found.revoked_at or found.accepted_at:
        raise InvitationClosed
    if not may_act_on(actor, found.role):
        raise RightLost
    return found


@transaction.atomic
def accept_invitation(*, user: User, token: str, name: str, now: datetime) -> Membership:
    """Lets the user in, once. Raises `InvitationSpent`, `ForAnotherAddress`, `AlreadyMember`, `members.NameTaken`,
    `AccountBeingErased` and `TeamBeingDeleted`."""
    found = get_open_invitation(token=token, now=now)
    try:
        team = lock_staying_team(found.team_id)
    except TeamGone:
        raise InvitationSpent from None
    hold_staying_user(user_id=user.pk)
    invitation = get_open_invitation(token=token, now=now)
    check_is_for(invitation, user)
    member = Membership(team=team, user=user, name=name, role=invitation.role, joined_at=now)
    save_with_name(member)
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(team=team, actor=member, action=AuditEntry.Action.JOINED, detail=invitation.role, now=now)
    return member


def get_open_invitation(*, token: str, now: datetime) -> Invitation:
    """With its team. Raises `InvitationSpent`."""
    found = Invitation.objects.select_related("team").filter(token_hash=hash_secret(token)).first()
    if found is None or not found.is_open(now):
        raise InvitationSpent
    inviter = Membership.objects.filter(team=found.team_id, user=found.made_by_id).first()
    if inviter is None or not may_act_on(inviter, found.role):
        raise InvitationSpent
    return found


def check_is_for(invitation: Invitation, user: User) -> None:
    """Raises `AlreadyMember` and `ForAnotherAddress`."""
    if Membership.objects.filter(team=invitation.team_id, user=user).exists():
        raise AlreadyMember
    addresses = EmailAddress.objects.filter(user=user, email__iexact=invitation.email)
    if settings.HAS_MAIL:  # elsewhere nobody can confirm one
        addresses = addresses.filter(verified=True)
    if invitation.email and not addresses.exists():
        raise ForAnotherAddress


def mail_invitations(*, now: datetime) -> int:
    """Mails those that were not mailed yet; how many. While the mail server does not take one, the next turn tries
    again. Does nothing on a server without mail."""
    if not settings.HAS_MAIL:
        return 0
    unsent = Invitation.objects.filter(sent_at=None, revoked_at=None, expires_at__gt=now).values_list("pk", flat=True)
    return sum(mail_invitation(invitation_id=pk, now=now) for pk in list(unsent))


def mail_invitation(*, invitation_id: int, now: datetime) -> bool:
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            rows = Invitation.objects.select_for_update(of=["self"]).select_related("team", "made_by")
            invitation = rows.filter(pk=invitation_id, sent_at=None, revoked_at=None).first()
            if invitation is None:  # it was revoked, or somebody else mails it
                return False
            invitation.token_hash, invitation.sent_at = hash_secret(token), now
            invitation.save(update_fields=["token_hash", "sent_at"])
            inviter = Membership.objects.filter(team=invitation.team_id, user=invitation.made_by_id).first()
            if inviter:
                emails.mail_invitation(invitation=invitation, inviter=inviter.name, link=link_with(token))
    except OSError as error:  # of which smtplib makes its own
        logger.warning("Invitation %s was not mailed: %s", invitation_id, type(error).__name__)
        return False
    return True


def forget_invitations(*, now: datetime) -> None:
    """Deletes those that nobody can accept any more, a month after: until then their makers see what became of them."""
    Invitation.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
