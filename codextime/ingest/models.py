"""What was received, so that the same upload gets the same receipt."""

from django.conf import settings
from django.db import models

from codextime.devices.models import Device


class Upload(models.Model):
    """One stored upload, until nobody will ask about it again. `body_hash` is the SHA-256 of its unpacked body."""

    pk = models.CompositePrimaryKey("user", "upload_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    upload_id = models.UUIDField()
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="+")
    body_hash = models.BinaryField(max_length=32)
    receipt = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "received_at"], name="ingest_upload_user_received"),
            models.Index(fields=["received_at"], name="ingest_upload_received"),
        ]

    def __str__(self) -> str:
        return str(self.upload_id)


class ErasedToken(models.Model):
    """The hash of an upload token whose account was erased, or will be: its tracker is told so. It names nobody."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.token_hash
