"""What is done by itself: forgetting, and mails."""

from celery import shared_task
from django.utils import timezone

from codextime.accounts import services


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    services.forget_expired(now=timezone.now())


@shared_task(name="accounts.tell_of_erasures")
def tell_of_erasures() -> None:
    services.tell_of_erasures(now=timezone.now())
