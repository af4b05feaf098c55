"""What is done by itself."""

from celery import shared_task
from django.utils import timezone

from codextime.dashboard import services


@shared_task(name="dashboard.erase_due_accounts")
def erase_due_accounts() -> None:
    services.erase_due_accounts(now=timezone.now())
