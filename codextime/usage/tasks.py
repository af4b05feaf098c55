"""What workers do for the totals."""

from celery import shared_task
from django.utils import timezone

from codextime.usage import services


@shared_task(name=services.REBUILD_TASK)
def rebuild_user(user_id: int) -> None:
    services.rebuild_dirty_dates(user_id=user_id)


@shared_task(name="usage.sweep")
def sweep() -> None:
    services.sweep(now=timezone.now())
