"""Telling people that they were removed from a team."""

import logging

from django.conf import settings
from django.db import transaction

from codextime.teams import emails
from codextime.teams.models import Removal

logger = logging.getLogger(__name__)


def mail_removals() -> int:
    """Mails those who were not told yet; how many. While the mail server does not take one, the next turn tries again.
    Does nothing on a server without mail."""
    if not settings.HAS_MAIL:
        return 0
    return sum(mail_removal(removal_id=pk) for pk in list(Removal.objects.values_list("pk", flat=True)))


def mail_removal(*, removal_id: int) -> bool:
    try:
        with transaction.atomic():
            rows = Removal.objects.select_for_update(of=["self"]).select_related("team", "user")
            removal = rows.filter(pk=removal_id).first()
            if removal is None:  # somebody else mails it
                return False
            emails.mail_removal(removal=removal)
            removal.delete()
    except OSError as error:  # of which smtplib makes its own
        logger.warning("The mail about a removal was not sent: %s", type(error).__name__)
        return False
    return True
