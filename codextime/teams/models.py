"""Teams, who is in them, and what their members share with them.

Addresses name a team by its slug and everything else by a random id. Whoever changes something about a team's people or
seats holds the lock of its row: see `locks`.
"""

import uuid
import zoneinfo
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from codextime.accounts.models import validate_time_zone
from codextime.lib.names import LONGEST_NAME
from codextime.teams.rollup_models import SeatDay, SeatRateTotal, SeatRollup, SeatTotal, TeamDay
from codextime.usage.models import Source

LONGEST_SLUG = 40
ROLLUPS = (SeatDay, SeatTotal, SeatRateTotal, TeamDay, SeatRollup)  # tables of this app that are in a file of their own


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")


class Team(models.Model):
    """Its days are those of its own time zone. From `delete_at` on a worker deletes it, unless an owner keeps it."""

    name = models.CharField(max_length=LONGEST_NAME)
    slug = models.CharField(max_length=LONGEST_SLUG, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    created_at = models.DateTimeField()
    delete_at = models.DateTimeField(null=True, db_index=True)
    is_board_on = models.BooleanField(default=False)
    monthly_token_budget = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slug=Lower("slug")), name="teams_team_slug_lower_case"),
            models.CheckConstraint(condition=Q(monthly_token_budget__gt=0), name="teams_team_budget_positive"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Membership(models.Model):
    """Somebody in a team, under a name that they typed for it: their address stays their own."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    role = models.CharField(max_length=8, choices=Role)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="teams_membership_once"),
            models.UniqueConstraint("team", Lower("name"), name="teams_membership_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link that lets one person into a team with a role; with an `email`, only the account with that address."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=8, choices=Role)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(accepted_at=None), name="teams_invitation_revoked_or_accepted"
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.team_id} as {self.role}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.accepted_at is None and now < self.expires_at


class MachineAccount(models.Model):
    """The account of a machine without a person, which a team owns: it uploads, and nobody ever signs in to it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user} of {self.team_id}"


class Seat(models.Model):
    """What a team sees of `user`, under a label, in the team's days from `starts_on` to `ends_on`, both included.

    A member's seat is the sources in `SeatSource`; a team-owned one is all sources of its machine account, and all days
    up to its end: `starts_on` is when it was added, and its tracker also finds what is older. A seat whose past goes is
    deleted, so an ended one is there because its past stays. Once the team has changed its zone, `starts_at` and
    `ends_at` say when the first day began and the last one ended as they were agreed. `keeps_past` is what its member
    wants if it ends without their being asked, as when they are removed.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_team_owned = models.BooleanField(default=False)
    label = models.CharField(max_length=LONGEST_NAME)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    keeps_past = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    monthly_token_budget = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="teams_seat_ends_after_start"),
            models.CheckConstraint(condition=Q(monthly_token_budget__gt=0), name="teams_seat_budget_positive"),
        ]

    def __str__(self) -> str:
        return self.label


class SeatSource(models.Model):
    """A source that belongs to a member's seat; in a team, to one seat that has not ended at most.

    It goes with its source by a rule of the database, as `usage` deletes sources without knowing of teams.
    """

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="seat_sources", db_index=False)
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_constraint=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    is_current = models.BooleanField(default=True)  # whether the seat has no end

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat", "source"], name="teams_seat_source"),
            models.UniqueConstraint(
                fields=["team", "source"], condition=Q(is_current=True), name="teams_source_in_one_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} in {self.seat_id}"


class AuditEntry(models.Model):
    """A line of what was done in a team. The database takes new lines only; they go with their team, and forget the
    names of an account that was erased."""

    class Action(models.TextChoices):
        CREATED = "created"
        INVITED = "invited"
        RESENT = "resent"
        REVOKED_INVITATION = "revoked_invitation"
        JOINED = "joined"
        LEFT = "left"
        REMOVED = "removed"
        CHANGED_ROLE = "changed_role"
        SHARED = "shared"
        UNSHARED = "unshared"
        CHANGED_SEAT = "changed_seat"
        ADDED_MACHINE = "added_machine"
        RENEWED_MACHINE = "renewed_machine"
        ENDED_MACHINE = "ended_machine"
        EXPORTED = "exported"
        MADE_TOKEN = "made_token"  # noqa: S105 - the name of an action
        REVOKED_TOKEN = "revoked_token"  # noqa: S105 - the name of an action
        CHANGED_SETTINGS = "changed_settings"
        ASKED_TO_DELETE = "asked_to_delete"
        KEPT = "kept"

    team = models.ForeignKey(Team, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    actor_name = models.CharField(max_length=LONGEST_NAME)
    action = models.CharField(max_length=20, choices=Action)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    subject = models.CharField(max_length=200)  # whom or what it was done to; typed by people
    detail = models.CharField(max_length=40, db_default="", default="")  # words that `audit_words` has sentences for

    class Meta:
        indexes = [models.Index(fields=["team", "-id"], name="teams_audit_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.action}"


class Removal(models.Model):
    """Somebody was removed from a team and was not told by mail yet. `stayed` is the number of their seats whose past
    the team still shows."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    stayed = models.IntegerField()

    def __str__(self) -> str:
        return f"of {self.user_id} from {self.team_id}"


class TeamToken(models.Model):
    """A program may read what the team's pages show until it is revoked; the token is stored as a hash."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=8)  # the token's last four characters, to tell two apart
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
