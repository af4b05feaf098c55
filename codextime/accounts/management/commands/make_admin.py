from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from codextime.accounts import services


class Command(BaseCommand):
    help = (
        "Makes an administrator, or makes one of an existing account, and prints a link that signs them in once, "
        "within ten minutes. A password can be set after that; no mail is needed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an email address.") from None
        now = timezone.now()
        return services.make_login_link(user=services.make_admin(email=email, now=now), now=now)
