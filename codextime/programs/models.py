"""What lets a program read."""

from django.conf import settings
from django.db import models

from codextime.lib.names import LONGEST_NAME


class ReadToken(models.Model):
    """A program may read its user's usage until it is revoked, and nothing else; the token is stored as a hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=8)  # the token's last four characters, to tell two apart
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
