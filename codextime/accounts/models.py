"""The user, the two kinds of links that let somebody in, and accounts that are going to be erased.

A user signs in by email, is named by an opaque public id and sees days in a time zone of their own.
"""

import zoneinfo
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from codextime.lib.public_ids import is_checked, random_checked_text
from codextime.lib.reader import NOBODY, Habits

PUBLIC_ID_PREFIX, PUBLIC_ID_LENGTH = "u_", 14


def new_public_id() -> str:
    """An id such as `u_7xk2m9qvt4bnrq`: 62 bits, and never the name of a subcommand of the tracker."""
    return PUBLIC_ID_PREFIX + random_checked_text(PUBLIC_ID_LENGTH)


def is_public_id(text: str) -> bool:
    """Whether it can be somebody's id; says nothing of whether it is."""
    rest = text.removeprefix(PUBLIC_ID_PREFIX)
    return text.startswith(PUBLIC_ID_PREFIX) and len(rest) == PUBLIC_ID_LENGTH and is_checked(rest)


def validate_time_zone(name: str) -> None:
    """`ValidationError` unless `name` is an IANA zone of this machine's database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who signs in with `email`; without a password, only by link or reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    has_chosen_time_zone = models.BooleanField(default=False)
    number_format = models.CharField(max_length=8, default=NOBODY.number_format, db_default=NOBODY.number_format)
    week_start = models.PositiveSmallIntegerField(default=NOBODY.week_start, db_default=NOBODY.week_start)
    clock_hours = models.PositiveSmallIntegerField(default=NOBODY.clock_hours, db_default=NOBODY.clock_hours)
    own_thresholds = models.JSONField(default=dict, db_default={})  # see `dashboard.thresholds`
    session_grouping_since = models.DateTimeField(null=True, blank=True)  # None: calls carry no threads
    is_active = models.BooleanField(default=True)
    is_machine = models.BooleanField(default=False, db_default=False)  # uploads, and nobody signs in to it
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_machine=False) | models.Q(is_active=False, is_staff=False, is_superuser=False),
                name="accounts_machine_signs_in_nowhere",
            ),
        ]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.public_id

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def habits(self) -> Habits:
        return Habits(self.number_format, self.week_start, self.clock_hours)


class LoginLink(models.Model):
    """A link that signs its user in once; made by a command, for a server whose owner has no password."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"for {self.user}"

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


class Invitation(models.Model):
    """A link with which the holder of one email address may sign up where sign-up is by invitation."""

    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


class AccountErasure(models.Model):
    """An account that is erased at `due_at`, unless its owner says otherwise before. `told_at`: when a mail about it
    was sent. The dashboard asks for it and takes it back; what must rest meanwhile looks here."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dashboard_accounterasure"  # where it began

    def __str__(self) -> str:
        return f"{self.user} at {self.due_at:%Y-%m-%d %H:%M}"
