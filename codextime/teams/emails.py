"""The mail of an invitation."""

import contextlib
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from codextime.teams.models import Invitation


def mail_invitation(*, invitation: Invitation, inviter: str, link: str) -> None:
    """To the invited address. One that nobody has gets nothing; raises `OSError` while the mail server does not take
    the mail."""
    context = {
        "team": invitation.team,
        "inviter": inviter,
        "link": link,
        "expires_at": invitation.expires_at,
        "current_site": {"domain": urlsplit(settings.BASE_URL).netloc},
    }
    subject = " ".join(render_to_string("teams/email/invitation_subject.txt", context).split())
    message = render_to_string("teams/email/invitation_message.txt", context)
    with contextlib.suppress(SMTPRecipientsRefused):
        send_mail(subject, message, None, [invitation.email])
