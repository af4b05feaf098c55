from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from codextime.accounts.models import User
from codextime.lib import counts
from codextime.usage import services
from codextime.usage.checking import Difference


class Command(BaseCommand):
    help = "Adds up calls anew and prints where the stored totals differ. Uploads and pages go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("users", nargs="*", metavar="USER", help="user ids, as u_…; everybody without one")
        parser.add_argument("--fix", action="store_true", help="make the totals that differ anew")

    def handle(self, *, users: list[str], fix: bool, **options: Any) -> str:
        number_of_users = number_wrong = 0
        for user in find_users(users):
            number_of_users += 1
            if differences := services.check_totals(user_id=user.pk):
                number_wrong += 1
                self.report(user, differences)
                if fix:
                    services.fix_totals(user_id=user.pk, differences=differences, now=timezone.now())
        checked = f"Checked the totals of {counts.users(number_of_users)}"
        if not number_wrong:
            return f"{checked}: all are what the calls add up to."
        if fix:
            return f"{checked}: those of {counts.users(number_wrong)} were wrong and are made anew."
        raise CommandError(f"{checked}: those of {number_wrong} are wrong. --fix makes them anew.")

    def report(self, user: User, differences: list[Difference]) -> None:
        for found in differences:
            stored = f"{found.stored_tokens:,} tokens of {found.stored_calls:,} calls stored"
            right = f"{found.right_tokens:,} of {found.right_calls:,} right"
            self.stdout.write(f"{user.public_id} {found.utc_on} {found.totals}: {stored}, {right}")


def find_users(public_ids: list[str]) -> list[User]:
    """Those with these ids, or all; `CommandError` for an id that nobody has."""
    users = User.objects.only("pk", "public_id").order_by("pk")
    if not public_ids:
        return list(users)
    found = list(users.filter(public_id__in=public_ids))
    if unknown := set(public_ids) - {user.public_id for user in found}:
        raise CommandError(f"Nobody has the user id {', '.join(sorted(unknown))}.")
    return found
