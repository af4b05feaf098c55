"""What workers do for exports."""

from celery import shared_task
from django.utils import timezone

from codextime.exports import services


@shared_task(name=services.MAKE_TASK)
def make(user_id: int) -> None:
    services.make_export(user_id=user_id, now=timezone.now())


@shared_task(name="exports.sweep")
def sweep() -> None:
    services.sweep_exports(now=timezone.now())


@shared_task(name="exports.forget")
def forget() -> None:
    services.forget_exports(now=timezone.now())
