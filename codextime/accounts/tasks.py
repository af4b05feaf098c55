"""What is forgotten by itself."""

from celery import shared_task
from django.utils import timezone

from codextime.accounts import services


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    services.forget_expired(now=timezone.now())
