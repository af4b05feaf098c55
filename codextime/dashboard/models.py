"""What an owner asked for and may still take back."""

from django.conf import settings
from django.db import models


class AccountErasure(models.Model):
    """An account that is erased at `due_at`, unless its owner says otherwise before."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user} at {self.due_at:%Y-%m-%d %H:%M}"
