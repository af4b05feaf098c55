"""Reads about users and about links that let somebody in."""

from datetime import datetime

from django.conf import settings

from codextime.accounts.models import AccountErasure, Invitation, LoginLink, User
from codextime.lib.hashing import hash_secret


def is_login_link_open(*, token: str, now: datetime) -> bool:
    link = LoginLink.objects.filter(token_hash=hash_secret(token)).first()
    return link is not None and link.is_open(now)


def find_open_invitation(*, token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, or `None` if it is unknown, used or too old."""
    invitation = Invitation.objects.filter(token_hash=hash_secret(token)).first()
    return invitation if invitation and invitation.is_open(now) else None


def get_tracker_command(user: User) -> str:
    """What the user runs on a machine that has Codex, exactly."""
    return f"{settings.TRACKER_COMMAND} {user.public_id} --server {settings.BASE_URL}"


def is_being_erased(user: User) -> bool:
    """Whether its owner asked for that and may still change their mind."""
    return AccountErasure.objects.filter(user=user).exists()
