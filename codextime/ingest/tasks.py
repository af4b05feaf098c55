"""What is forgotten by itself."""

from celery import shared_task
from django.utils import timezone

from codextime.ingest import services


@shared_task(name="ingest.forget_uploads")
def forget_uploads() -> None:
    services.forget_uploads(now=timezone.now())
