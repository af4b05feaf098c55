"""Who is listed, what they score, and what moderators and the hold rules say about it.

Scores are keyed by the listing's random number and not by the user, and have no foreign keys: a snapshot that writes
all of them must not hold up somebody who leaves (see `snapshots`).
"""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from codextime.boards.handles import LONGEST_HANDLE


def new_number() -> int:
    """63 random bits: they order ties by chance, and are what a page's cursor may say of a listing."""
    return secrets.randbits(63)


class Listing(models.Model):
    """A user who switched the leaderboard on, under a handle. Leaving deletes it."""

    number = models.BigIntegerField(primary_key=True, default=new_number, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    handle = models.CharField(max_length=LONGEST_HANDLE, unique=True)
    skeleton = models.CharField(max_length=LONGEST_HANDLE, unique=True)  # see `handles.make_skeleton`
    listed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.handle


class FreedHandle(models.Model):
    """A handle that was given up and is kept from others for a while; see `freed_handles`. Of an erased account it says
    no more than that some handle is not free."""

    skeleton_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    reserved_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.reserved_until:%Y-%m-%d}"


class HiddenAccount(models.Model):
    """A moderator took the account off the board. Outlives the listing: leaving and coming back changes nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    hidden_at = models.DateTimeField()
    reason = models.TextField()

    def __str__(self) -> str:
        return f"hidden since {self.hidden_at:%Y-%m-%d}"


class HeldDate(models.Model):
    """One reason why a UTC date of a user does not rank. Released ones rank, until a recount finds something else."""

    class Reason(models.TextChoices):
        CALLS = "calls", _("more calls in a minute than models can answer")
        TOKENS = "tokens", _("more tokens in a minute than models can take")
        OUTPUT = "output", _("more output tokens in a minute than models can write")
        CALL = "call", _("a call with more tokens than any model takes")
        HOUR = "hour", _("more tokens in an hour than one person's agents take")
        HOUR_OUTPUT = "hour_output", _("more output tokens in an hour than one person's agents write")
        EARLY_MODEL = "early_model", _("a model before its release")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason)
    finding = models.CharField(max_length=80)  # the number of calls or tokens, or the name of a model
    held_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "on", "reason"], name="boards_held_date_reason")]

    def __str__(self) -> str:
        return f"{self.on}: {self.get_reason_display()}"


class DateScore(models.Model):
    """What a listing's UTC date adds to its scores: exact readings only, and no held date."""

    pk = models.CompositePrimaryKey("listing", "on")
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    on = models.DateField()
    tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.on}"


class Score(models.Model):
    """The measures of a listing in one period. Ranks are not stored: see `ranks`."""

    pk = models.CompositePrimaryKey("period", "listing")
    period = models.SmallIntegerField()
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    active_days = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["period", measure, "listing"], name=f"boards_score_{measure}")
            for measure in ("tokens", "output_tokens", "active_days")
        ]

    def __str__(self) -> str:
        return f"period {self.period}"


class RankMark(models.Model):
    """How many listings of a board have at least `value`, for about every 500th of them."""

    pk = models.CompositePrimaryKey("period", "measure", "value")
    period = models.SmallIntegerField()
    measure = models.SmallIntegerField()
    value = models.BigIntegerField()
    at_least = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.at_least} with {self.value}"


class Snapshot(models.Model):
    """The one row that says which state the boards are in. `number` grows with each change, leaving included."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField()
    on = models.DateField()  # the UTC date that is "today"
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="boards_snapshot_is_one")]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M:%S}"


class ModerationEvent(models.Model):
    """A line of what moderators did. The database takes new lines only, and forgets of a line who was erased since."""

    class Action(models.TextChoices):
        HIDE = "hide", _("hid from the leaderboard")
        SHOW = "show", _("brought back to the leaderboard")
        RELEASE = "release", _("released a held date")

    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    action = models.CharField(max_length=10, choices=Action)
    on = models.DateField(null=True)  # the held date
    reason = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}: {self.get_action_display()}"
