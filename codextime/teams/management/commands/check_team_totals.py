from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codextime.lib import formats
from codextime.teams import rollups


class Command(BaseCommand):
    help = "Adds up what teams used anew and prints where the stored totals differ. Uploads and pages go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="make the totals of all teams anew if some differ")

    def handle(self, *, fix: bool, **options: Any) -> str:
        wrong = rollups.check_totals()
        for found in wrong:
            self.stdout.write(f"{found.totals}: {found.on}" + (f", seat {found.seat}" if found.seat else ""))
        if not wrong:
            return "The totals of teams are what their seats used."
        if not fix:
            raise CommandError(f"{formats.exact(len(wrong))} of the totals of teams are wrong. --fix makes all anew.")
        return f"Made the totals anew, seat by seat: {formats.exact(rollups.fix_totals())}."
