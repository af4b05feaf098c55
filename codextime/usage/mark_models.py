"""Marks of dates: what is to be made anew, and what was. Never changed, only added and deleted."""

from django.conf import settings
from django.db import models


class DirtyDate(models.Model):
    """A mark: calls of this UTC date changed after its totals were made.

    Marks are only added and deleted, never changed, and a date may have several. An upload's mark becomes visible
    together with its calls, so a rebuild that first deletes the marks it sees then reads the calls of every one of
    them; a mark it did not see stays for the next rebuild. Neither waits for the other.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    marked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "on"], name="usage_dirty_date_user_on")]


class RebuiltDate(models.Model):
    """A mark: the totals of this UTC date were made anew. Like a `DirtyDate` only added and deleted: who makes
    something of the totals takes the marks of its own, then reads."""

    class Reader(models.IntegerChoices):
        BOARDS = 1
        TEAMS = 2

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    reader = models.SmallIntegerField(choices=Reader, db_default=Reader.BOARDS)

    class Meta:
        indexes = [models.Index(fields=["user"], name="usage_rebuilt_date_user")]
