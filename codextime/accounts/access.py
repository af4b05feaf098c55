"""Who may sign up."""

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from codextime.accounts.models import Invitation
from codextime.accounts.selectors import find_open_invitation

INVITATION_IN_SESSION = "invitation"  # the token of the link that the visitor came with


def find_invitation_in(session: SessionBase, *, now: datetime) -> Invitation | None:
    return find_open_invitation(token=session.get(INVITATION_IN_SESSION, ""), now=now)


def can_sign_up(session: SessionBase, *, now: datetime) -> bool:
    """By `settings.SIGN_UP`: everybody, those who came with an invitation, or nobody."""
    if settings.SIGN_UP == "invitation":
        return find_invitation_in(session, now=now) is not None
    return settings.SIGN_UP == "open"
