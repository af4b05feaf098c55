"""What workers do for the boards."""

from celery import shared_task
from django.utils import timezone

from codextime.boards import freed_handles, snapshots


@shared_task(name=snapshots.SNAPSHOT_TASK)
def take_snapshot() -> None:
    snapshots.take_snapshot(now=timezone.now())


@shared_task(name="boards.forget_freed_handles")
def forget_freed_handles() -> None:
    freed_handles.forget_freed_handles(now=timezone.now())
