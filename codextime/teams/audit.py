"""The log of what was done in a team, which only grows."""

from datetime import datetime

from codextime.accounts.models import User
from codextime.teams.models import AuditEntry, Membership, Team

LONGEST_SUBJECT = 200


def record(
    *,
    team: Team,
    actor: Membership | None,
    action: AuditEntry.Action,
    now: datetime,
    subject: str = "",
    detail: str = "",
    about: User | None = None,
) -> None:
    """Adds a line, in the transaction of what it tells of. `subject` is what was acted upon, in words of people, and
    `about` whose words or name they are, to be forgotten with the account. `detail` are words that
    `audit_words.DETAILS` has sentences for, with spaces between. Without an `actor` it was a former member,
    or the server."""
    AuditEntry.objects.create(
        team=team,
        at=now,
        actor_id=actor.user_id if actor else None,
        actor_name=actor.name if actor else "",
        action=action,
        about=about,
        subject=subject[:LONGEST_SUBJECT],
        detail=detail,
    )
