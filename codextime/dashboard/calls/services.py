"""Saved views: lists of calls that their owner named."""

from datetime import datetime

from django.db import IntegrityError, transaction

from codextime.accounts.models import User
from codextime.dashboard.models import SavedView

MOST_VIEWS = 50


class TooManyViews(Exception):
    """There are `MOST_VIEWS` already."""


class NameTaken(Exception):
    """Another view of the user has that name."""


@transaction.atomic
def save_view(*, user: User, name: str, query: str, now: datetime) -> tuple[SavedView, bool]:
    """Keeps a list under a name, and says whether the name is new: else the list takes the place of the one that had
    it. Raises `TooManyViews`."""
    User.objects.select_for_update().get(pk=user.pk)  # two at once would both find room
    views = SavedView.objects.filter(user=user)
    if not views.filter(name=name).exists() and views.count() >= MOST_VIEWS:
        raise TooManyViews
    return SavedView.objects.update_or_create(
        user=user, name=name, defaults={"query": query}, create_defaults={"query": query, "created_at": now}
    )


def rename_view(*, view: SavedView, name: str) -> None:
    """Raises `NameTaken`."""
    view.name = name
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise NameTaken from None


def delete_view(*, view: SavedView) -> None:
    view.delete()


def forget_views_of(*, user: User) -> None:
    """They name models and labels, and so go with the usage."""
    SavedView.objects.filter(user=user).delete()
