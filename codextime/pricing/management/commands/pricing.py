import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone

from codextime.lib import formats
from codextime.pricing import services
from codextime.pricing.comparing import Comparison, compare
from codextime.pricing.rates import Rate
from codextime.pricing.selectors import get_book

NOTHING_FOUND = (
    "No model with figures beside it was found. Save the page as your browser shows it (its text is enough): "
    "figures that a script puts in later are not in the page's own HTML."
)
DIFFERS = (
    "Look at these on the page: figures of another tier may stand beside the name. What is really new goes into a file "
    "for “pricing import”; “pricing confirm” notes that the others are right."
)


class Command(BaseCommand):
    help = "Imports, confirms or checks the public rates that estimates are made with."

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

        checked = actions.add_parser("check", help="compare the rates in force with a price page that you saved")
        checked.add_argument("file", type=Path, help="the page as HTML or text; - reads it from standard input")
        checked.add_argument("--credits", action="store_true", help="compare Codex credits instead of USD")

    def handle(self, *, action: str, **options: Any) -> str:
        try:
            if action == "check":
                return self.check_page(options["file"], is_credits=options["credits"])
            if action == "import":
                return import_file(options["file"])
            return confirm(options["models"]) if action == "confirm" else forget(options["models"])
        except ProgrammingError:
            raise CommandError("This database has no tables yet: start Codextime once, or run migrate.") from None
        except services.ModelNotListed as model:
            raise CommandError(f"{model} has no rates {'' if action == 'confirm' else 'of yours '}here.") from None

    def check_page(self, path: Path, *, is_credits: bool) -> str:
        """The report; ends with 1 if a rate differs, and with 2 if there is nothing to compare."""
        today = timezone.now().date()
        page = read(path).decode(errors="replace")
        result = compare(page, get_book(), today=today, is_credits=is_credits)
        if not result.agreed and not result.different and not result.unknown:
            raise CommandError(NOTHING_FOUND, returncode=2)
        report = "\n".join(describe_comparison(result))
        if result.different:
            self.stdout.write(report)
            raise CommandError(DIFFERS, returncode=1)
        return report


def read(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def describe_comparison(result: Comparison) -> Iterator[str]:
    for rate in result.agreed:
        yield f"agrees   {rate.model}, in force from {formats.day(rate.effective_from)}"
    for difference in result.different:
        missing = " and ".join(f"{kind} {amount}" for kind, amount in difference.missing.items())
        beside = ", ".join(map(str, difference.found))
        yield f"DIFFERS  {difference.rate.model}: {missing} not found; the page has {beside} beside it"
    for model, amounts in result.unknown:
        yield f"unknown  {model}: no rate is in force here; the page has {', '.join(map(str, amounts))} beside it"
    if result.unread:
        yield f"No figures were found beside {', '.join(result.unread)}."
    if result.absent:
        yield f"The page does not name {', '.join(result.absent)}."


def import_file(path: Path) -> str:
    content = read(path)
    try:
        models = services.import_rates(content=content, today=timezone.now().date())
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
