from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from codextime.accounts import services


class Command(BaseCommand):
    help = "Makes the owner of a local server, unless there is one with this address, and prints their user id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--time-zone", default="UTC", help="an IANA name, such as Europe/Berlin")

    def handle(self, *, email: str, time_zone: str, **options: Any) -> str:
        return services.make_owner(email=email, time_zone=time_zone, now=timezone.now()).public_id
