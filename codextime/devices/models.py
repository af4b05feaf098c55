"""A paired machine, and the pairing that made it."""

from datetime import datetime

from django.conf import settings
from django.db import models

from codextime.lib.names import LONGEST_NAME


class Device(models.Model):
    """A machine that may upload for its user until it is revoked; its token is stored as a hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=LONGEST_NAME)
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=8)  # the token's last four characters, to tell two apart
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """One run of RFC 8628's device flow, for the account named in the command whether it exists or not."""

    device_code_hash = models.CharField(max_length=64, unique=True)
    user_code_hash = models.CharField(max_length=64, unique=True)
    requested_user = models.CharField(max_length=24)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    wants_session_grouping = models.BooleanField(default=False)
    interval = models.PositiveSmallIntegerField()  # seconds between two polls
    last_polled_at = models.DateTimeField(null=True, blank=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    device_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    denied_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pairing_is_approved_or_denied",
                condition=models.Q(approved_at=None) | models.Q(denied_at=None),
            ),
            models.CheckConstraint(
                name="pairing_is_used_only_if_approved",
                condition=models.Q(used_at=None) | models.Q(approved_at__isnull=False, approver__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"for {self.requested_user}"

    def is_open(self, now: datetime) -> bool:
        """True while somebody may still approve or deny it."""
        return self.approved_at is None and self.denied_at is None and now < self.expires_at
