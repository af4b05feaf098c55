from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from codextime.site.readiness import SILENT_AFTER_SECONDS, check_process


class Command(BaseCommand):
    help = "Ends well if a process gave a sign of life lately: what its container's health check runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process", choices=sorted(SILENT_AFTER_SECONDS))

    def handle(self, *, process: str, **options: Any) -> str:
        check = check_process(process, now=timezone.now())
        if not check.is_ok:
            raise CommandError(check.says)
        return check.says
