"""What an owner may do with an account as a whole."""

import datetime

from django.db import transaction

from codextime.accounts.models import AccountErasure, User
from codextime.accounts.services import erase_user
from codextime.boards.services import leave_board
from codextime.dashboard.calls.services import forget_views_of
from codextime.dashboard.thresholds import Thresholds, own_values
from codextime.devices.services import forget_pairings_for, revoke_all_devices
from codextime.exports.services import forget_exports_of
from codextime.ingest.services import forget_erased_tokens, forget_uploads_of, remember_erased_tokens
from codextime.teams.departing import check_may_depart, leave_all_teams
from codextime.usage.erasing import ask_to_erase_usage

CHANGE_ONES_MIND_WITHIN = datetime.timedelta(days=14)


class NotBeingErased(Exception):
    """The account is not going to be erased."""


@transaction.atomic
def ask_to_erase_account(*, user: User, now: datetime.datetime) -> datetime.datetime:
    """Has the account erased in two weeks, unless its owner says otherwise; when. Its machines are revoked and it
    leaves the leaderboard at once; its teams it leaves when it is erased. Asked again, the first time holds. Raises
    `teams.departing.LastOwnerOf`."""
    check_may_depart(user=user)
    forget_pairings_for(user=user)
    User.objects.select_for_update().get(pk=user.pk)
    erasure, is_new = AccountErasure.objects.get_or_create(
        user=user, defaults={"asked_at": now, "due_at": now + CHANGE_ONES_MIND_WITHIN}
    )
    if is_new:
        leave_board(user=user, now=now)
        revoke_all_devices(user=user, now=now)
        remember_erased_tokens(user=user, now=now)
        forget_exports_of(user=user)
    return erasure.due_at


@transaction.atomic
def keep_account(*, user: User) -> None:
    """Takes back what `ask_to_erase_account` did to the account; its machines have to be paired again. Raises
    `NotBeingErased`."""
    User.objects.select_for_update().get(pk=user.pk)
    if not AccountErasure.objects.filter(user=user).delete()[0]:
        raise NotBeingErased
    forget_erased_tokens(user=user)


def erase_due_accounts(*, now: datetime.datetime) -> int:
    """Erases the accounts whose owners did not change their mind in time; their number."""
    due = User.objects.filter(pk__in=AccountErasure.objects.filter(due_at__lte=now).values("user"))
    number = 0
    for user in due:
        erase_account(user=user, now=now)
        number += 1
    return number


@transaction.atomic
def erase_account(*, user: User, now: datetime.datetime) -> None:
    """Deletes the account and all that was stored for it, for good; of its handles hashes are left for a while, and of
    its upload tokens for ever, without an owner. Uploads, rebuilds and pairings under way are waited for; later ones
    find nobody.

    Teams and pairings go first: who invites or redeems one holds its row and then asks for the user's, and the other
    way round the two would wait for each other. The user's row comes next: a snapshot of the boards that holds it is
    waited for before the boards are touched.
    """
    leave_all_teams(user=user, now=now)
    forget_pairings_for(user=user)
    if User.objects.select_for_update().filter(pk=user.pk).exists():
        leave_board(user=user, now=now)
        remember_erased_tokens(user=user, now=now)
        erase_user(user=user)


@transaction.atomic
def erase_usage(*, user: User, now: datetime.datetime) -> None:
    """Has all usage of the account deleted and keeps the account, its machines and its place on the leaderboard, which
    follows. Raises `usage.services.UserGone`."""
    ask_to_erase_usage(user=user, now=now)
    forget_views_of(user=user)
    forget_uploads_of(user=user)
    forget_exports_of(user=user)


def move_thresholds(*, user: User, thresholds: Thresholds) -> None:
    """Keeps what differs from the shipped ones, so that a better shipped one reaches who never moved it."""
    user.own_thresholds = own_values(thresholds)
    user.save(update_fields=["own_thresholds"])
