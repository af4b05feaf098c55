"""What pages ask about uploads."""

from datetime import datetime

from codextime.accounts.models import User
from codextime.ingest.models import Upload


def find_last_upload_at(*, user: User) -> datetime | None:
    """When the user's newest upload was stored; `None` before the first."""
    newest = Upload.objects.filter(user=user).order_by("-received_at").values_list("received_at", flat=True)
    return newest.first()
