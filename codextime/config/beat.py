"""Beat's scheduler: in memory, as all periods are short, and with a sign of life at each turn."""

from typing import Any

from celery.beat import Scheduler
from django.utils import timezone

from codextime.lib.heartbeats import keep_heartbeat


class HeartbeatScheduler(Scheduler):
    """Turns at least as often as its shortest period, which is that of the worker's heartbeat."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        """One turn; the seconds until the next."""
        keep_heartbeat("beat", now=timezone.now())
        return super().tick(*arguments, **options)
