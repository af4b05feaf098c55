"""What workers do for the boards."""

from celery import shared_task
from django.utils import timezone

from codextime.boards import snapshots


@shared_task(name=snapshots.SNAPSHOT_TASK)
def take_snapshot() -> None:
    snapshots.take_snapshot(now=timezone.now())
