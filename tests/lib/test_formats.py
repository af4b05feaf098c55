"""How numbers and dates read."""

import datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.translation import trans_real

from codextime.lib import formats


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (38_412, "38,412"),
        (99_999, "99,999"),
        (100_000, "100 K"),
        (999_499, "999 K"),
        (999_500, "1 M"),
        (497_123_456, "497 M"),
        (1_843_117_204, "1.84 B"),
        (1_800_000_000, "1.8 B"),
        (12_345_678, "12.3 M"),
        (99_960_000_000, "100 B"),
        (2**62, "4.61 Qi"),
        (10**15, "1 Qa"),
        (10**24, "1,000,000 Qi"),
        (-1_200_000_000, "\u22121.2 B"),
    ],
)
def test_large_numbers_have_three_digits_and_a_unit(number: int, text: str) -> None:
    assert formats.compact(number).replace(formats.SPACE, " ") == text


@pytest.mark.parametrize(
    ("highest", "texts"),
    [
        (80, "0 20 40 60 80"),
        (80_000, "0 20,000 40,000 60,000 80,000"),
        (120_000, "0 30_K 60_K 90_K 120_K"),
        (1_600_000_000, "0 0.4_B 0.8_B 1.2_B 1.6_B"),
        (10**7, "0 2.5_M 5_M 7.5_M 10_M"),
        (10**6, "0 0.25_M 0.5_M 0.75_M 1_M"),
        (6 * 10**18, "0 1.5_Qi 3_Qi 4.5_Qi 6_Qi"),
    ],
)
def test_an_axis_is_in_one_unit(highest: int, texts: str) -> None:
    marks = formats.on_axis([highest * n / 4 for n in range(5)])

    assert [mark.replace(formats.SPACE, "_") for mark in marks] == texts.split()


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "< 0.1 %"),
        (0.746, "74.6 %"),
        (0.61, "61 %"),
        (0.99951, "> 99.9 %"),
        (0.9994, "99.9 %"),
        (1, "100 %"),
        (12.345, "1,234.5 %"),
        (500, "50,000 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_everything(share: float, text: str) -> None:
    assert formats.percent(share).replace(formats.SPACE, " ") == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("0.0099", "< $0.01"),
        ("0.01", "$0.01"),
        ("12.3", "$12.30"),
        ("99.99", "$99.99"),
        ("99.996", "$100"),
        ("2310.49", "$2,310"),
        ("1234567.8", "$1.23 M"),
    ],
)
def test_money_has_no_cents_from_a_hundred_on(amount: str, text: str) -> None:
    assert formats.usd(Decimal(amount)).replace(formats.SPACE, " ") == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (112, 100, "+12 %"),
        (96, 100, "\u22124 %"),
        (100, 100, "±0 %"),
        (1340, 100, "+1,240 %"),
        (999_999, 1_000, "+99,900 %"),
        (2**62, 1_000, "> +99,999 %"),
        (1124, 1000, "+12.4 %"),
        (5, 0, None),
        (0, 5, "\u2212100 %"),
    ],
)
def test_a_change_needs_something_to_compare_with(now: int, before: int, text: str | None) -> None:
    shown = formats.change(now, before)

    assert (shown and shown.replace(formats.SPACE, " ")) == text


def test_a_range_of_days_says_a_shared_month_and_year_once() -> None:
    day = datetime.date

    assert formats.day_range(day(2026, 11, 1), day(2026, 11, 21)) == "1 to 21 Nov 2026"
    assert formats.day_range(day(2026, 10, 23), day(2026, 11, 21)) == "23 Oct to 21 Nov 2026"
    assert formats.day_range(day(2025, 12, 31), day(2026, 1, 1)) == "31 Dec 2025 to 1 Jan 2026"
    assert formats.day_range(day(2026, 11, 21), day(2026, 11, 21)) == "Sat 21 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 seconds ago"),
        (1, "1 second ago"),
        (59.9, "59 seconds ago"),
        (3600, "1 hour ago"),
        (200_000, "2 days ago"),
    ],
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    assert formats.age(seconds).replace(formats.SPACE, " ") == text


class Reordered:
    """A language that writes the year first, and the time before the date."""

    ORDERS = {"%(day)s %(month)s %(year)s": "%(year)s/%(month)s/%(day)s", "%(date)s, %(time)s": "%(time)s on %(date)s"}

    def to_language(self) -> str:
        return "en-xc"

    def gettext(self, text: str) -> str:
        return self.ORDERS.get(text.rpartition("\x04")[2], text)


def test_dates_are_in_the_order_that_a_language_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.datetime(2026, 11, 21, 9, 5, tzinfo=datetime.UTC)
    page = Template("{{ at|day }} · {{ at|moment }} · {{ at|exact_moment }} · {{ at|moment_of_year }} · {{ none|day }}")
    context = Context({"at": at, "none": None})
    monkeypatch.setitem(trans_real._translations, "en-xc", Reordered())  # type: ignore[attr-defined]  # not in the stubs

    english = page.render(context)
    with translation.override("en-xc"):
        other = page.render(context)

    assert english == "21 Nov 2026 · 21 Nov 2026, 09:05 · 21 Nov 2026, 09:05:00 · 21 Nov, 09:05 · "
    assert other == "2026/Nov/21 · 09:05 on 2026/Nov/21 · 09:05:00 on 2026/Nov/21 · 09:05 on 21 Nov · "


def test_moments_in_templates_are_in_the_time_zone_of_the_page() -> None:
    at = datetime.datetime(2026, 11, 21, 23, 5, tzinfo=datetime.UTC)

    with timezone.override("Asia/Kathmandu"):
        assert Template("{{ at|moment }}").render(Context({"at": at})) == "22 Nov 2026, 04:50"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "< 1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (725, "12 min 5 s"),
        (3_605, "1 h"),
        (3_660, "1 h 1 min"),
        (90_000, "1 d 1 h"),
        (86_460, "1 d"),
        (1_200 * 86_400, "1,200 d"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert formats.duration(datetime.timedelta(seconds=seconds)).replace(formats.SPACE, " ") == text
