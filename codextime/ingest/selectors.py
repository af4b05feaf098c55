"""What pages ask about uploads."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet

from codextime.ingest.models import ErasedToken, Upload
from codextime.lib.hashing import hash_secret


def last_uploads_at(user: OuterRef) -> "QuerySet[Upload, datetime]":
    """For a subquery: when the newest upload of `user` was stored; no row before the first."""
    newest = Upload.objects.filter(user=user).order_by("-received_at")
    return newest.values_list("received_at", flat=True)[:1]


def is_token_erased(*, token: str) -> bool:
    """Whether the upload token belonged to an account that is erased, or will be soon."""
    return ErasedToken.objects.filter(token_hash=hash_secret(token)).exists()
