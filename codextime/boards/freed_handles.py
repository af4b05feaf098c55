"""Handles that somebody gave up. For a while nobody else gets them, so that nobody is taken for who had them before.

What is kept is a keyed hash of the handle's skeleton, and whose it was until the account is erased. Call all of this
under `Lock.HANDLES`.
"""

import datetime

from codextime.accounts.models import User
from codextime.boards.models import FreedHandle
from codextime.lib.hashing import hash_guessable

RESERVED_FOR = datetime.timedelta(days=30)
MOST_RESERVED = 3  # of one user: nobody keeps handles from others by trying many


def is_reserved(*, skeleton: str, user: User, now: datetime.datetime) -> bool:
    """Whether the handle is kept from `user`, for whoever had it."""
    freed = FreedHandle.objects.filter(pk=hash_skeleton(skeleton), reserved_until__gt=now)
    return freed.exclude(user=user).exists()


def reserve(*, skeleton: str, user: User, now: datetime.datetime) -> None:
    """Keeps what `user` gives up from others; what they gave up before their last few is free for everybody."""
    freed, _ = FreedHandle.objects.update_or_create(
        pk=hash_skeleton(skeleton), defaults={"user": user, "reserved_until": now + RESERVED_FOR}
    )
    others = FreedHandle.objects.filter(user=user).exclude(pk=freed.pk).order_by("-reserved_until", "pk")
    FreedHandle.objects.filter(pk__in=[other.pk for other in others[MOST_RESERVED - 1 :]]).delete()


def end_reservation(*, skeleton: str) -> None:
    """Somebody has the handle now."""
    FreedHandle.objects.filter(pk=hash_skeleton(skeleton)).delete()


def forget_freed_handles(*, now: datetime.datetime) -> None:
    FreedHandle.objects.filter(reserved_until__lte=now).delete()


def hash_skeleton(skeleton: str) -> str:
    return hash_guessable(skeleton, purpose="codextime.boards.freed_handles")
