import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone

from codextime.lib import formats
from codextime.pricing import services
from codextime.pricing.rates import Rate


class Command(BaseCommand):
    help = "Imports or confirms the public rates that estimates are made with."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        imported = actions.add_parser("import", help="take the rates of a file instead of the shipped ones")
        imported.add_argument(
            "file",
            type=Path,
            help="JSON in the form of codextime/pricing/data/rates.json; - reads it from standard input",
        )
        for name, text in (
            ("confirm", "say that you compared the rates of these models with the official pages today"),
            ("forget", "go back to the shipped rates and evidence of these models"),
        ):
            actions.add_parser(name, help=text).add_argument("models", nargs="+", metavar="MODEL")

    def handle(self, *, action: str, **options: Any) -> str:
        try:
            if action == "import":
                return import_file(options["file"])
            return confirm(options["models"]) if action == "confirm" else forget(options["models"])
        except ProgrammingError:
            raise CommandError("This database has no tables yet: start Codextime once, or run migrate.") from None
        except services.ModelNotListed as model:
            raise CommandError(f"{model} has no rates {'' if action == 'confirm' else 'of yours '}here.") from None


def import_file(path: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        models = services.import_rates(content=content, today=timezone.now().date())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except services.RatesUnreadable as error:
        raise CommandError(f"{path} was not imported: {error}.") from error
    return f"Imported the rates of {', '.join(models)}. Pages use them from now on."


def confirm(models: list[str]) -> str:
    today = timezone.now().date()
    rates = services.confirm_rates(models=models, today=today)
    return "\n".join([f"Confirmed on {formats.day(today)}: {', '.join(models)}.", *map(describe, rates)])


def describe(rate: Rate) -> str:
    cached = "unknown" if rate.cached_input is None else f"${rate.cached_input}"
    since = f"from {formats.day(rate.effective_from)}"
    return f"  {rate.model} {since}: ${rate.input} input, {cached} cached, ${rate.output} output a million. {rate.url}"


def forget(models: list[str]) -> str:
    services.forget_rates(models=models)
    return f"Back to the shipped rates: {', '.join(models)}."
