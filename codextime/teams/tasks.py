"""What is done by itself: mails, and what was asked to be deleted."""

from celery import shared_task
from django.utils import timezone

from codextime.teams import inviting, services


@shared_task(name="teams.mail_invitations")
def mail_invitations() -> None:
    inviting.mail_invitations(now=timezone.now())


@shared_task(name="teams.forget")
def forget() -> None:
    inviting.forget_invitations(now=timezone.now())
    services.delete_due_teams(now=timezone.now())
