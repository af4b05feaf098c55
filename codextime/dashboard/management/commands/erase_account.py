from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard import services


class Command(BaseCommand):
    help = "Erases an account and all that was stored for it, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--no-input", action="store_true", help="do not ask first")

    def handle(self, *, email: str, no_input: bool, **options: Any) -> str:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        if not no_input and input(f"Erase {user.email} ({user.public_id}) for good? Type yes: ") != "yes":
            raise CommandError("Nothing was erased.")
        services.erase_account(user=user, now=timezone.now())
        return f"Erased {user.email}."
