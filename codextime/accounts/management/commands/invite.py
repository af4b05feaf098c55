from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from codextime.accounts import services


class Command(BaseCommand):
    help = "Prints a link with which the holder of an email address can sign up, once, within seven days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        try:
            validate_email(email)
            return services.invite(email=email, now=timezone.now())
        except ValidationError:
            raise CommandError(f"{email} is not an email address.") from None
        except services.AlreadyAUser:
            raise CommandError(f"{email} has an account already.") from None
        except services.SignUpIsClosed:
            raise CommandError("Sign-up is closed: set CODEXTIME_SIGN_UP=invitation and restart the server.") from None
