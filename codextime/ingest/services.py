"""Receiving an upload: its calls, its receipt and its dirty marks are stored together or not at all."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.ingest import decoding, models
from codextime.ingest.erased import refuse_erased
from codextime.usage import services as usage
from codextime.usage.erasing import find_erased_before

Receipt = dict[str, Any]

# A tracker sends an upload again until it has the receipt, for as long as its machine is switched off. Without the old
# receipt nothing breaks: the calls are found to be there already, and that is what the new one says.
RECEIPTS_ARE_KEPT = timedelta(days=90)
UPLOADS_PER_TRANSACTION = 1_000
UPLOADS_PER_RUN = 100_000


class UploadForAnotherAccount(Exception):
    """The upload names another account than the one that its token belongs to."""


class UploadIdReused(Exception):
    """Another upload had this id."""


@transaction.atomic
def receive_upload(
    *, device: Device, upload: decoding.Upload, body_hash: bytes, now: datetime, pages: dict[str, str]
) -> tuple[Receipt, bool]:
    """Stores an upload once; its receipt, and whether it is new. Sent again, it gets the receipt of the first time.
    `pages` are addresses for the receipt, by field.

    Raises `UploadForAnotherAccount`, `UploadIdReused` and `usage.services.UserGone`.
    """
    if upload.user != device.user.public_id:
        raise UploadForAnotherAccount
    usage.lock_uploads(user=device.user)
    former = models.Upload.objects.filter(user=device.user, upload_id=UUID(upload.upload_id)).first()
    if former is not None:
        if bytes(former.body_hash) != body_hash:
            raise UploadIdReused
        return former.receipt, False
    upload = refuse_erased(upload, before=find_erased_before(user=device.user))
    receipt = store(device=device, upload=upload, now=now) | pages
    models.Upload.objects.create(
        user=device.user,
        upload_id=UUID(upload.upload_id),
        device=device,
        body_hash=body_hash,
        receipt=receipt,
        received_at=now,
    )
    return receipt, True


def store(*, device: Device, upload: decoding.Upload, now: datetime) -> Receipt:
    counts = usage.store_calls(
        user=device.user,
        device=device,
        source_key=UUID(upload.source),
        label=upload.label,
        calls=upload.calls,
        withdrawals=upload.withdrawals,
        now=now,
    )
    return {
        "upload_id": upload.upload_id,
        "received_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "added": counts.added,
        "replaced": counts.replaced,
        "already_there": counts.already_there,
        "withdrawn": counts.withdrawn,
        "waiting": counts.waiting,
        "replacements_waiting": counts.replacements_waiting,
        "refused": [
            {
                "part": refusal.part,
                "index": refusal.index,
                "id": refusal.id,
                "reason": refusal.reason,
                "field": refusal.field,
            }
            for refusal in upload.refused
        ],
    }


def forget_uploads(*, now: datetime) -> int:
    """Deletes uploads that nobody will ask about again, oldest first, and leaves each user the newest; their number."""
    number = 0
    while number < UPLOADS_PER_RUN and (some := forget_some_uploads(before=now - RECEIPTS_ARE_KEPT)):
        number += some
    return number


def forget_some_uploads(*, before: datetime) -> int:
    newer = models.Upload.objects.filter(user=OuterRef("user"), received_at__gt=OuterRef("received_at"))
    old = models.Upload.objects.filter(Exists(newer), received_at__lt=before).order_by("received_at")
    keys = list(old.values_list("pk", flat=True)[:UPLOADS_PER_TRANSACTION])
    return models.Upload.objects.filter(pk__in=keys).delete()[0]


def remember_erased_tokens(*, user: User, now: datetime) -> None:
    """Has the trackers of the user told that the account is erased, also when nothing else of it is left."""
    hashes = Device.objects.filter(user=user).values_list("token_hash", flat=True)
    tokens = [models.ErasedToken(token_hash=token_hash, erased_at=now) for token_hash in hashes]
    models.ErasedToken.objects.bulk_create(tokens, ignore_conflicts=True)


def forget_erased_tokens(*, user: User) -> None:
    """For an account that stays after all."""
    hashes = Device.objects.filter(user=user).values("token_hash")
    models.ErasedToken.objects.filter(token_hash__in=hashes).delete()


def forget_uploads_of(*, user: User) -> None:
    """Deletes what is remembered of the user's uploads."""
    models.Upload.objects.filter(user=user).delete()
