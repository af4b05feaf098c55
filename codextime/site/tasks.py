"""What a worker does to show that it works."""

from celery import shared_task
from django.utils import timezone

from codextime.lib.heartbeats import keep_heartbeat


@shared_task(name="site.heartbeat")
def heartbeat() -> None:
    """Beat sends it, so it also shows that messages arrive."""
    keep_heartbeat("worker", now=timezone.now())
