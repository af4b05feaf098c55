"""What moderators do, each with a reason and a line that stays."""

import datetime

from django.db import transaction

from codextime.accounts.models import User
from codextime.accounts.services import hold_user, set_active
from codextime.boards.holds import is_releasable
from codextime.boards.models import HeldDate, HiddenAccount, Listing, ModerationEvent
from codextime.boards.snapshots import start_snapshot, take_off
from codextime.lib.advisory_locks import Lock, hold_lock
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.services import UserGone, mark_all_dates, mark_date

Action = ModerationEvent.Action


class ReasonMissing(Exception):
    """Nothing is done without a reason."""


class NotReleasable(Exception):
    """The date has more tokens than the boards can add up."""


@transaction.atomic
def hide_account(*, user: User, moderator: User, reason: str, now: datetime.datetime) -> None:
    """Takes the account off the board at once; its owner sees that and why, and keeps every figure. Raises
    `ReasonMissing` and `UserGone`; does nothing for who is hidden."""
    if not hold_user(user_id=user.pk):
        raise UserGone
    note(Action.HIDE, user=user, moderator=moderator, reason=reason, now=now)
    hold_lock(Lock.WHO_IS_LISTED)
    _, is_new = HiddenAccount.objects.get_or_create(user=user, defaults={"hidden_at": now, "reason": reason})
    listing = Listing.objects.filter(user=user).first()
    if is_new and listing:
        take_off(listing.number)


@transaction.atomic
def show_account(*, user: User, moderator: User, reason: str, now: datetime.datetime) -> None:
    """Brings a hidden account back, if it is still listed. Raises `ReasonMissing` and `UserGone`."""
    mark_all_dates(user=user, reader=RebuiltDate.Reader.BOARDS)
    note(Action.SHOW, user=user, moderator=moderator, reason=reason, now=now)
    HiddenAccount.objects.filter(user=user).delete()
    transaction.on_commit(start_snapshot, robust=True)


@transaction.atomic
def deactivate_account(*, user: User) -> None:
    """Nobody can sign in to the account or upload for it any more, and it is off the board at once; nothing of it is
    deleted. Raises `UserGone`."""
    if not hold_user(user_id=user.pk):
        raise UserGone
    hold_lock(Lock.WHO_IS_LISTED)
    set_active(user=user, is_active=False)
    listing = Listing.objects.filter(user=user).first()
    if listing:
        take_off(listing.number)


@transaction.atomic
def activate_account(*, user: User) -> None:
    """Undoes `deactivate_account`. Raises `UserGone`."""
    mark_all_dates(user=user, reader=RebuiltDate.Reader.BOARDS)
    set_active(user=user, is_active=True)
    transaction.on_commit(start_snapshot, robust=True)


@transaction.atomic
def release_date(*, held: HeldDate, moderator: User, reason: str, now: datetime.datetime) -> None:
    """Lets a held date rank, until a recount finds something else. Raises `ReasonMissing`, `NotReleasable` and
    `UserGone`."""
    if not is_releasable(held):
        raise NotReleasable
    if not hold_user(user_id=held.user_id):
        raise UserGone
    note(Action.RELEASE, user=held.user, moderator=moderator, reason=reason, now=now, on=held.on)
    HeldDate.objects.filter(pk=held.pk, released_at=None).update(released_at=now)
    mark_date(user_id=held.user_id, on=held.on, reader=RebuiltDate.Reader.BOARDS)
    transaction.on_commit(start_snapshot, robust=True)


def note(
    action: Action, *, user: User, moderator: User, reason: str, now: datetime.datetime, on: datetime.date | None = None
) -> None:
    if not reason.strip():
        raise ReasonMissing
    ModerationEvent.objects.create(
        moderator=moderator, user=user, action=action, on=on, reason=reason.strip(), made_at=now
    )
