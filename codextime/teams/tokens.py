"""Team tokens: programs read what the team's pages show, and nothing more."""

import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction

from codextime.lib.hashing import hash_secret
from codextime.teams import audit
from codextime.teams.access import Right
from codextime.teams.locks import TeamBeingDeleted, lock_as
from codextime.teams.models import AuditEntry, Membership, TeamToken

TOKEN_PREFIX = "cxm_"  # noqa: S105 - the public beginning of every token
TOKEN_LENGTH = 40
TOKEN_ALPHABET = string.ascii_letters + string.digits
MOST_TOKENS = 50  # of a team that are not revoked
LAST_USED_STEP = timedelta(minutes=1)  # `last_used_at` is for people; a write for each request would serve nobody


class TooManyTeamTokens(Exception):
    """The team has `MOST_TOKENS` already."""


class TeamTokenUnknown(LookupError):
    """No team has this token."""


class TeamTokenRevoked(Exception):
    """Somebody of the team revoked the token."""


@transaction.atomic
def make_team_token(*, actor: Membership, name: str, now: datetime) -> tuple[TeamToken, str]:
    """A new token and its text, which nothing can show again. Raises `TooManyTeamTokens` and `TeamBeingDeleted`."""
    actor = lock_as(actor, Right.MANAGE, adds=True)
    if TeamToken.objects.filter(team=actor.team, revoked_at=None).count() >= MOST_TOKENS:
        raise TooManyTeamTokens
    text = TOKEN_PREFIX + "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
    token = TeamToken.objects.create(
        team=actor.team,
        name=name,
        token_hash=hash_secret(text),
        token_hint=text[-4:],
        made_by=actor.user,
        created_at=now,
    )
    audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.MADE_TOKEN, subject=name, now=now)
    return token, text


@transaction.atomic
def revoke_team_token(*, actor: Membership, token: TeamToken, now: datetime) -> None:
    """Takes the token's rights away for good. Again changes nothing."""
    actor = lock_as(actor, Right.MANAGE)
    if TeamToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.REVOKED_TOKEN, subject=token.name, now=now)


def authenticate_team_program(*, token: str, now: datetime) -> TeamToken:
    """The team token with this text, with its team. Raises `TeamTokenUnknown`, `TeamTokenRevoked`, and
    `TeamBeingDeleted`: with the team a token comes back."""
    found = TeamToken.objects.select_related("team").filter(token_hash=hash_secret(token)).first()
    if found is None:
        raise TeamTokenUnknown
    if found.revoked_at:
        raise TeamTokenRevoked
    if found.team.delete_at:
        raise TeamBeingDeleted
    if found.last_used_at is None or found.last_used_at <= now - LAST_USED_STEP:
        found.last_used_at = now
        TeamToken.objects.filter(pk=found.pk).update(last_used_at=now)  # no `save`: the team may go in this moment
    return found
