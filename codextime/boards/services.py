"""Getting on the leaderboard and off it.

Locks are taken in this order, so that nobody waits in a circle: the user's row, `WHO_IS_LISTED`, `HANDLES`.
"""

import datetime

from django.db import IntegrityError, transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_staying_user, hold_user
from codextime.boards import freed_handles
from codextime.boards.handles import make_skeleton, validate_handle
from codextime.boards.models import HeldDate, Listing
from codextime.boards.snapshots import start_snapshot, take_off
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.services import mark_all_dates


class HandleTaken(Exception):
    """Somebody has this handle, or one that looks like it, or gave it up lately."""


class AlreadyListed(Exception):
    """The user is on the leaderboard."""


class NotListed(Exception):
    """The user is not on the leaderboard."""


@transaction.atomic
def join_board(*, user: User, handle: str, now: datetime.datetime) -> Listing:
    """Puts the user on the leaderboard under `handle`; a worker counts them in at once.

    Raises `ValidationError` for a handle that nobody may have, `HandleTaken`, `AlreadyListed`, `UserGone` and
    `AccountBeingErased`.
    """
    validate_handle(handle)
    mark_all_dates(user=user, reader=RebuiltDate.Reader.BOARDS)
    hold_staying_user(user_id=user.pk)
    if Listing.objects.filter(user=user).exists():
        raise AlreadyListed
    hold_lock(Lock.HANDLES)
    listing = Listing(user=user, handle=handle, skeleton=make_skeleton(handle), listed_at=now)
    save_handle(listing, now=now)
    transaction.on_commit(start_snapshot, robust=True)
    return listing


@transaction.atomic
def change_handle(*, user: User, handle: str, now: datetime.datetime) -> None:
    """The handle before is kept from others for a while. The listing gets another number, so that no address that names
    the old one tells whose the new handle is; a worker counts it in again at once.

    Raises `ValidationError`, `HandleTaken`, `NotListed` and `UserGone`.
    """
    validate_handle(handle)
    mark_all_dates(user=user, reader=RebuiltDate.Reader.BOARDS)
    hold_lock(Lock.WHO_IS_LISTED)
    hold_lock(Lock.HANDLES)
    before = Listing.objects.filter(user=user).first()
    if before is None:
        raise NotListed
    if before.handle == handle:
        return
    number = before.number
    before.delete()
    take_off(number)
    after = Listing(user=user, handle=handle, skeleton=make_skeleton(handle), listed_at=before.listed_at)
    save_handle(after, now=now)
    if after.skeleton != before.skeleton:
        freed_handles.reserve(skeleton=before.skeleton, user=user, now=now)
    transaction.on_commit(start_snapshot, robust=True)


def save_handle(listing: Listing, *, now: datetime.datetime) -> None:
    """Call it under `HANDLES`. What two listings cannot share, the database refuses by a unique skeleton."""
    if freed_handles.is_reserved(skeleton=listing.skeleton, user=listing.user, now=now):
        raise HandleTaken
    try:
        with transaction.atomic():
            listing.save(force_insert=True)
    except IntegrityError as error:
        raise HandleTaken from error
    freed_handles.end_reservation(skeleton=listing.skeleton)


@transaction.atomic
def leave_board(*, user: User, now: datetime.datetime) -> None:
    """Takes the user off the leaderboard with all that was made for it, at once; the handle is kept from others for a
    while. Held dates that a moderator released are remembered, for the day on which the user comes back. Does nothing
    for who is not listed."""
    hold_user(user_id=user.pk)
    hold_lock(Lock.WHO_IS_LISTED)
    hold_lock(Lock.HANDLES)
    listing = Listing.objects.filter(user=user).first()
    if listing is None:
        return
    number = listing.number
    freed_handles.reserve(skeleton=listing.skeleton, user=user, now=now)
    listing.delete()
    take_off(number)
    unreleased = HeldDate.objects.filter(user=user, released_at=None).select_for_update(skip_locked=True)
    HeldDate.objects.filter(pk__in=[held.pk for held in unreleased]).delete()
