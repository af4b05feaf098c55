"""Asking for an export, making it, and forgetting it."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import IO

from django.core.signing import BadSignature, TimestampSigner
from django.db import connection, transaction

from codextime.accounts.models import User
from codextime.exports import writing
from codextime.exports.models import Export, ExportPart
from codextime.lib.advisory_locks import Lock, try_lock
from codextime.usage.services import UserGone, lock_uploads, start_task

MAKE_TASK = "exports.make"
KEPT = timedelta(hours=24)
SWEEP_AFTER = timedelta(minutes=1)


class ExportUnderWay(Exception):
    """The export that was asked for before is not made yet."""


class ExportGone(LookupError):
    """The link is not one of ours, is too old, or its export was made anew or forgotten."""


@transaction.atomic
def ask_for_export(*, user: User, now: datetime) -> None:
    """Has a worker make an export, in the place of the one before. Raises `ExportUnderWay` and `UserGone`."""
    lock_uploads(user=user)
    if Export.objects.filter(user=user, made_at=None, forget_at__gt=now).exists():
        raise ExportUnderWay
    Export.objects.filter(user=user).delete()
    Export.objects.create(user=user, asked_at=now, forget_at=now + KEPT)
    transaction.on_commit(partial(start_task, MAKE_TASK, user_id=user.pk), robust=True)


def make_export(*, user_id: int, now: datetime) -> bool:
    """Makes what was asked for; false if there is nothing to make, or somebody is at it. What comes between leaves
    nothing behind, and a sweep begins again."""
    with tempfile.TemporaryFile() as file:
        export = write_export(file, user_id=user_id, now=now)
        return export is not None and keep_export(file, export=export, now=now)


@transaction.atomic
def write_export(file: IO[bytes], *, user_id: int, now: datetime) -> Export | None:
    """The export that was asked for, written to the file. All of it shows one moment, and nobody waits meanwhile: the
    transaction goes on seeing what was there when it began."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    if not try_lock(Lock.EXPORT_OF_USER, user_id):
        return None
    export = Export.objects.filter(user=user_id, made_at=None, forget_at__gt=now).first()
    if export:
        writing.write_zip(file, user_id=user_id)
    return export


@transaction.atomic
def keep_export(file: IO[bytes], *, export: Export, now: datetime) -> bool:
    """Stores what was written, unless the account or its usage was erased meanwhile, or another one was quicker."""
    try:
        lock_uploads(user=User(pk=export.user_id))
    except UserGone:
        return False
    if not Export.objects.filter(pk=export.pk, made_at=None).exists():
        return False
    for number, data in enumerate(writing.read_parts(file)):
        ExportPart.objects.create(export=export, number=number, data=data)
        export.size += len(data)
    export.made_at, export.forget_at = now, now + KEPT
    export.save(update_fields=["made_at", "forget_at", "size"])
    return True


def sign_link(export: Export) -> str:
    """What opens the export, for its owner and for a day."""
    return signer().sign(f"{export.pk}")


def open_export(*, user: User, signed: str, now: datetime) -> tuple[Export, Iterator[bytes]]:
    """The export behind a link and its bytes, a part at a time. Raises `ExportGone`, also for another one's."""
    try:
        key = signer().unsign(signed, max_age=KEPT)
    except BadSignature:
        raise ExportGone from None
    export = Export.objects.filter(pk=key, user=user, made_at__isnull=False, forget_at__gt=now).first()
    if export is None:
        raise ExportGone
    return export, read_export(export)


def read_export(export: Export) -> Iterator[bytes]:
    for number in range(ExportPart.objects.filter(export=export).count()):
        yield bytes(ExportPart.objects.values_list("data", flat=True).get(export=export, number=number))


def forget_exports_of(*, user: User) -> None:
    Export.objects.filter(user=user).delete()


def forget_exports(*, now: datetime) -> int:
    """Deletes what is older than a day; how many."""
    old = Export.objects.filter(forget_at__lte=now)
    number = old.count()
    old.delete()
    return number


def sweep_exports(*, now: datetime) -> int:
    """Starts what a lost message or a dead worker left; the number of users."""
    user_ids = list(
        Export.objects.filter(made_at=None, asked_at__lt=now - SWEEP_AFTER).values_list("user_id", flat=True)
    )
    for user_id in user_ids:
        start_task(MAKE_TASK, user_id=user_id)
    return len(user_ids)


def signer() -> TimestampSigner:
    return TimestampSigner(salt="codextime.exports")
