"""What is done by itself: mails, what was asked to be deleted, and what seats used."""

from celery import shared_task
from django.utils import timezone

from codextime.teams import inviting, removals, rollups, services


@shared_task(name="teams.mail")
def mail() -> None:
    inviting.mail_invitations(now=timezone.now())
    removals.mail_removals()


@shared_task(name="teams.forget")
def forget() -> None:
    inviting.forget_invitations(now=timezone.now())
    services.delete_due_teams(now=timezone.now())


@shared_task(name=rollups.REBUILD_TASK)
def rebuild() -> None:
    rollups.rebuild()
