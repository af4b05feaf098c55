"""Who may sign up, and who is signed in."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from codextime.accounts.models import Invitation, User
from codextime.accounts.selectors import find_open_invitation

INVITATION_IN_SESSION = "invitation"  # the token of the link that the visitor came with


def find_invitation_in(session: SessionBase, *, now: datetime) -> Invitation | None:
    return find_open_invitation(token=session.get(INVITATION_IN_SESSION, ""), now=now)


def can_sign_up(session: SessionBase, *, now: datetime) -> bool:
    """By `settings.SIGN_UP`: everybody, those who came with an invitation, or nobody."""
    if settings.SIGN_UP == "invitation":
        return find_invitation_in(session, now=now) is not None
    return settings.SIGN_UP == "open"


def find_signed_in(session: SessionBase, users: QuerySet[User]) -> User | None:
    """Whom the session belongs to, read from `users`: `request.user` for who needs more of the user in one query."""
    if SESSION_KEY not in session:
        return None
    user = users.filter(pk=session[SESSION_KEY], is_active=True).first()
    is_valid = user and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if is_valid else None
