from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codextime.accounts.models import User
from codextime.boards import moderation


class Command(BaseCommand):
    help = "Keeps somebody from signing in and uploading, and off the leaderboard, without deleting anything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> str:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        moderation.deactivate_account(user=user)
        return (
            f"{user.email} can no longer sign in or upload, and is off the leaderboard. Nothing was deleted; "
            "activate_account undoes it."
        )
