"""What an owner may do with an account as a whole."""

import datetime

from django.db import transaction

from codextime.accounts.models import User
from codextime.accounts.services import erase_user
from codextime.boards.services import leave_board
from codextime.devices.services import forget_pairings_for


@transaction.atomic
def erase_account(*, user: User, now: datetime.datetime) -> None:
    """Deletes the account and all that was stored for it, for good; of its handles hashes are left for a while, without
    an owner. Uploads, rebuilds and pairings under way are waited for; later ones find nobody.

    Pairings go first: who redeems one holds its row and then asks for the user's, and the other way round the two
    would wait for each other. The user's row comes next: a snapshot of the boards that holds it is waited for before
    the boards are touched.
    """
    forget_pairings_for(user=user)
    if User.objects.select_for_update().filter(pk=user.pk).exists():
        leave_board(user=user, now=now)
        erase_user(user=user)
