"""What is forgotten by itself."""

from celery import shared_task
from django.utils import timezone

from codextime.devices import services


@shared_task(name="devices.forget_pairings")
def forget_pairings() -> None:
    services.forget_pairings(now=timezone.now())
