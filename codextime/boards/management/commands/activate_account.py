from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codextime.accounts.models import User
from codextime.boards import moderation


class Command(BaseCommand):
    help = "Undoes deactivate_account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        moderation.activate_account(user=user)
        return f"{user.email} can sign in and upload again, and is back on the leaderboard if they were on it."
