from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codextime.accounts import services
from codextime.accounts.models import User


class Command(BaseCommand):
    help = "Takes the apps, passkeys and recovery codes of a user away who has lost them. Be sure who asks for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        if not services.remove_second_steps(user=user):
            return f"{user.email} has no second step. The password alone lets them in."
        return f"{user.email} signs in without a second step now. Tell them to set up a new one."
