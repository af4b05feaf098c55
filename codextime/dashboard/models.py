"""What an owner keeps of the dashboard: lists of calls to come back to."""

from django.conf import settings
from django.db import models

from codextime.lib.names import LONGEST_NAME

LONGEST_QUERY = 1000


class SavedView(models.Model):
    """A list of calls that its owner named: `query` is what stands behind the question mark of its address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="dashboard_savedview_name")]

    def __str__(self) -> str:
        return self.name
