from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from codextime.accounts import services
from codextime.accounts.models import User


class Command(BaseCommand):
    help = "Prints a link that signs a user in, once, within ten minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        return services.make_login_link(user=user, now=timezone.now())
