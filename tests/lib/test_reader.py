"""Numbers as their reader writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from codextime.dashboard.price_lines import exact_credits
from codextime.dashboard.rates_used import per_million
from codextime.dashboard.threads.words import describe_credits
from codextime.lib import formats
from codextime.lib.reader import Habits, read_by
from codextime.pricing.credits import Credits

# Of Codex credits and rates.
COMMA = ["< 0.01", "62.50", "1,234.5000", "6.25", "$0.125", "1,234.50", "3.4"]
POINT = ["< 0,01", "62,50", "1.234,5000", "6,25", "$0,125", "1.234,50", "3,4"]
SPACE = ["< 0,01", "62,50", "1_234,5000", "6,25", "$0,125", "1_234,50", "3,4"]


def plain(text: str | None) -> str:
    return (text or "").replace(formats.SPACE, " ").replace(formats.THIN_SPACE, "_").replace(formats.MINUS, "~")


@pytest.mark.parametrize(
    ("number_format", "texts"),
    [
        (
            "comma",
            ["38,412", "1.84 B", "74.6 %", "< 0.1 %", "$1,234", "$0.50", "$1,234.5678", "+12.4 %", "~1,200", *COMMA],
        ),
        (
            "point",
            ["38.412", "1,84 B", "74,6 %", "< 0,1 %", "$1.234", "$0,50", "$1.234,5678", "+12,4 %", "~1.200", *POINT],
        ),
        (
            "space",
            ["38_412", "1,84 B", "74,6 %", "< 0,1 %", "$1_234", "$0,50", "$1_234,5678", "+12,4 %", "~1_200", *SPACE],
        ),
    ],
)
def test_every_number_is_written_as_its_reader_writes_it(number_format: str, texts: list[str]) -> None:
    with read_by(lambda: Habits(number_format)):
        written = [
            formats.exact(38_412),
            formats.compact(1_843_117_204),
            formats.percent(0.746),
            formats.percent(0.0001),
            formats.usd(Decimal("1234.4")),
            formats.usd(Decimal("0.5")),
            formats.exact_usd(Decimal("1234.5678")),
            formats.change(1124, 1000),
            formats.signed(-1200),
            formats.amount(Decimal("0.001")),
            formats.amount(Decimal("62.5")),
            formats.exact_amount(Decimal("1234.5")),
            formats.plain_amount(Decimal("6.250")),
            per_million(Decimal("0.125")),
            exact_credits(Decimal("1234.5")),
            describe_credits(Credits(Decimal("3.4"), 1)),
        ]

    assert [plain(text) for text in written] == texts
    assert formats.exact(38_412) == "38,412"


@pytest.mark.parametrize(
    ("hour", "texts"),
    [
        (0, ["12:05 AM", "12:05:09 AM", "12 AM", "21 Nov 2026, 12:05 AM"]),
        (9, ["9:05 AM", "9:05:09 AM", "9 AM", "21 Nov 2026, 9:05 AM"]),
        (12, ["12:05 PM", "12:05:09 PM", "12 PM", "21 Nov 2026, 12:05 PM"]),
        (14, ["2:05 PM", "2:05:09 PM", "2 PM", "21 Nov 2026, 2:05 PM"]),
        (23, ["11:05 PM", "11:05:09 PM", "11 PM", "21 Nov 2026, 11:05 PM"]),
    ],
)
def test_a_clock_of_twelve_hours_says_of_which_half_of_the_day(hour: int, texts: list[str]) -> None:
    at = datetime(2026, 11, 21, hour, 5, 9, tzinfo=UTC)
    with read_by(lambda: Habits(clock_hours=12)):
        written = [formats.clock(at), formats.exact_clock(at), formats.hour(hour), formats.moment(at)]

    assert [plain(text) for text in written] == texts
    assert formats.clock(at) == f"{hour:02}:05"
    assert formats.hour(hour) == f"{hour:02}"
