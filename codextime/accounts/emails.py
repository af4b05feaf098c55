"""Mails about an account, beside those that django-allauth sends."""

import contextlib
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from codextime.accounts.models import User


def mail_erasure(*, user: User, due_at: datetime) -> None:
    """Says until when the account can be kept, in its own time zone, and where. An address that nobody has gets
    nothing; raises `OSError` while the mail server does not take the mail."""
    context = {
        "due_at": due_at,
        "time_zone": user.time_zone,
        "settings_url": settings.BASE_URL + reverse("settings"),
        "current_site": {"domain": urlsplit(settings.BASE_URL).netloc},
    }
    with timezone.override(user.zone):
        subject = render_to_string("account/email/erasure_subject.txt", context).strip()
        message = render_to_string("account/email/erasure_message.txt", context)
    with contextlib.suppress(SMTPRecipientsRefused):
        send_mail(subject, message, None, [user.email])
