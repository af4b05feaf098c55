"""Mails about teams: to who is invited, and to who was removed."""

import contextlib
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from codextime.teams.models import Invitation, Removal


def mail_invitation(*, invitation: Invitation, inviter: str, link: str) -> None:
    """To the invited address. One that nobody has gets nothing; raises `OSError` while the mail server does not take
    the mail."""
    context = {"team": invitation.team, "inviter": inviter, "link": link, "expires_at": invitation.expires_at}
    send("invitation", invitation.email, context)


def mail_removal(*, removal: Removal) -> None:
    """Says what becomes of what they shared. As above."""
    teams = settings.BASE_URL + reverse("teams")
    send("removal", removal.user.email, {"team": removal.team, "stayed": removal.stayed, "link": teams})


def send(name: str, address: str, context: dict[str, Any]) -> None:
    context |= {"current_site": {"domain": urlsplit(settings.BASE_URL).netloc}}
    subject = " ".join(render_to_string(f"teams/email/{name}_subject.txt", context).split())
    message = render_to_string(f"teams/email/{name}_message.txt", context)
    with contextlib.suppress(SMTPRecipientsRefused):
        send_mail(subject, message, None, [address])
