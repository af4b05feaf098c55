"""What workers do for the totals and for withdrawals."""

from celery import shared_task
from django.utils import timezone

from codextime.lib import metrics
from codextime.usage import decisions, erasing, services

USERS_PER_CHECK = 200  # a night


@shared_task(name=services.REBUILD_TASK)
def rebuild_user(user_id: int) -> None:
    with metrics.REBUILD_SECONDS.timed():
        dates = services.rebuild_dirty_dates(user_id=user_id)
    metrics.DATES_REBUILT.add(amount=dates)


@shared_task(name="usage.sweep")
def sweep() -> None:
    services.sweep(now=timezone.now())


@shared_task(name=decisions.CARRY_OUT_TASK)
def carry_out(user_id: int) -> None:
    decisions.carry_out(user_id=user_id, now=timezone.now())


@shared_task(name="usage.sweep_decisions")
def sweep_decisions() -> None:
    decisions.sweep_decisions(now=timezone.now())


@shared_task(name="usage.forget_withdrawn")
def forget_withdrawn() -> None:
    decisions.forget_withdrawn(now=timezone.now())


@shared_task(name="usage.check_sample")
def check_sample() -> None:
    metrics.TOTALS_DIFFERENCES.add(amount=services.check_sample(users=USERS_PER_CHECK))


@shared_task(name=erasing.ERASE_TASK)
def erase(user_id: int) -> None:
    erasing.erase_usage(user_id=user_id)


@shared_task(name="usage.sweep_erasures")
def sweep_erasures() -> None:
    erasing.sweep_erasures(now=timezone.now())
