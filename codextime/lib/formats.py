"""Numbers and dates as people read them. Spaces before units do not break, and minus is a minus sign.

Numbers and times are written as the reader of the page has them written (`reader`); examples here have 1,234.5 and
14:05. Dates are in the order of the language, which a translator gives in `find_orders` and nowhere else; templates ask
by `date_filters`.
"""

import datetime
import functools
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from codextime.lib import reader

SPACE = "\u00a0"
MINUS = "\u2212"
NONE = "\u2013"  # where there is no figure to show
THIN_SPACE = "\u202f"  # does not break either
SEPARATORS = {"comma": {}, "point": str.maketrans(",.", ".,"), "space": str.maketrans(",.", THIN_SPACE + ",")}
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
HIGHEST_CHANGE = 99_999  # percent; more says only that there was next to nothing before, and has no room
# Quintillions too: one call may claim 2^62 tokens.
UNITS = ((10**18, "Qi"), (10**15, "Qa"), (10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))


def written(number: str) -> str:
    """1,234.5 as the reader writes it. Not twice: what is a comma then was a point."""
    return find_writer()(number)


def find_writer() -> Callable[[str], str]:
    """`written`, for who writes hundreds."""
    separators = SEPARATORS[reader.habits().number_format]
    return (lambda number: number.translate(separators)) if separators else str


def exact(number: int) -> str:
    """1843117204 as 1,843,117,204."""
    return written(f"{number:,}".replace("-", MINUS))


def compact(number: int) -> str:
    """Whole below 100,000 (38,412), then three digits and a unit (497 M, 1.84 B)."""
    if abs(number) < 100_000:
        return exact(number)
    for size, unit in UNITS:
        if abs(number) >= size * Decimal("0.9995"):
            return f"{three_digits(Decimal(number) / size)}{SPACE}{unit}".replace("-", MINUS)
    return exact(number)


def on_axis(numbers: Sequence[float]) -> list[str]:
    """Of a chart, all in the unit of the highest: 0, 40 K, 80 K, 120 K."""
    highest = max(numbers, default=0)
    size, unit = next((known for known in UNITS if highest >= max(known[0], 100_000)), (1, ""))
    if size == 1:
        return [exact(round(number)) for number in numbers]
    return [f"{three_digits(Decimal(number) / size)}{SPACE}{unit}" if number else "0" for number in numbers]


def three_digits(value: Decimal) -> str:
    whole = len(str(int(abs(round(value, 2)))))
    text = f"{value:,.{max(0, 3 - whole)}f}"
    return written(text.rstrip("0").rstrip(".") if "." in text else text)


def percent(share: float) -> str:
    """A share of 0 to 1 with at most one decimal; never 0 or 100 when it is only near them."""
    if 0 < share < 0.0005:
        return f"<{SPACE}{written('0.1')}{SPACE}%"
    if 0.9995 <= share < 1:
        return f">{SPACE}{written('99.9')}{SPACE}%"
    return written(f"{share * 100:,.1f}".removesuffix(".0")) + f"{SPACE}%"


def usd(amount: Decimal) -> str:
    """Without cents from $100 on; never $0 for something."""
    if 0 < amount < Decimal("0.01"):
        return f"<{SPACE}${written('0.01')}"
    if amount >= Decimal("99.995"):
        whole = int(amount.to_integral_value())
        return f"${compact(whole) if whole >= 1_000_000 else exact(whole)}"
    return f"${written(f'{amount:.2f}')}" if amount else "$0"


def amount(number: Decimal) -> str:
    """Of something that is counted in fractions, such as credits: two decimals below 100, then none."""
    if 0 < number < Decimal("0.01"):
        return f"<{SPACE}{written('0.01')}"
    if number >= Decimal("99.995"):
        return compact(int(number.to_integral_value()))
    return written(f"{number:.2f}") if number else "0"


def exact_amount(number: Decimal) -> str:
    """To four decimals, for tooltips and tables."""
    return written(f"{number:,.4f}")


def plain_amount(number: Decimal) -> str:
    """With the digits that it has, and no zeros behind them."""
    return written(f"{number.normalize():f}")


def exact_usd(amount: Decimal) -> str:
    """To a hundredth of a cent, for tooltips and tables."""
    return f"${written(f'{amount:,.4f}')}"


def change(now: float | Decimal, before: float | Decimal) -> str | None:
    """By how much `now` is above or below `before`, such as +12.4 %; `None` if there is nothing to compare with."""
    if not before:
        return None
    share = float(now / before - 1) * 100  # type: ignore[operator]  # both of the same kind
    if share > HIGHEST_CHANGE:
        return f">{SPACE}+{exact(HIGHEST_CHANGE)}{SPACE}%"
    return signed(share, f"{SPACE}%")


def signed(number: float, unit: str = "") -> str:
    """With its sign, such as +3 or ±0, and with at most one decimal; from 100 on with none."""
    rounded = round(number, 1)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else "±"
    digits = f"{abs(rounded):,.0f}" if abs(rounded) >= 100 else f"{abs(rounded):,.1f}".removesuffix(".0")
    return sign + written(digits) + unit


def month(on: datetime.date) -> str:
    """Nov."""
    return find_months(get_language())[on.month]


# A page of a year asks for a thousand names of months and weekdays, each of which would be looked up in a catalogue.
@functools.lru_cache(maxsize=100)
def find_months(language: str | None) -> dict[int, str]:
    """The short names by number, in the language that is in use."""
    return {number: str(name).title() for number, name in MONTHS_3.items()}


@functools.lru_cache(maxsize=100)
def find_short_weekdays(language: str | None) -> dict[int, str]:
    return {number: str(name) for number, name in WEEKDAYS_ABBR.items()}


# Kept, as the names are.
@functools.lru_cache(maxsize=100)
def find_orders(language: str | None) -> dict[str, str]:
    """How the language writes dates."""
    return {
        "day": pgettext("order of a date", "%(day)s %(month)s %(year)s"),
        "day_of_a_week": pgettext("order of a date", "%(weekday)s %(day)s %(month)s %(year)s"),
        "day_of_a_month": pgettext("order of a date", "%(day)s %(month)s"),
        "days_of_a_month": pgettext("order of a date", "%(first)s to %(last)s %(month)s %(year)s"),
        "month": pgettext("order of a date", "%(month)s %(year)s"),
        "moment": pgettext("order of a date", "%(date)s, %(time)s"),
    }


def in_order(name: str, **parts: object) -> str:
    return find_orders(get_language())[name] % parts


def month_of_year(on: datetime.date) -> str:
    """November 2026."""
    return in_order("month", month=MONTHS[on.month], year=on.year)


def short_month_of_year(on: datetime.date) -> str:
    """Nov 26."""
    return in_order("month", month=month(on), year=f"{on:%y}")


def weekday(number: int) -> str:
    """Saturday, as `date.weekday()` counts."""
    return str(WEEKDAYS[number])


def short_weekday(number: int) -> str:
    """Sat."""
    return find_short_weekdays(get_language())[number]


def day(on: datetime.date) -> str:
    """21 Nov 2026."""
    return in_order("day", day=on.day, month=month(on), year=on.year)


def day_of_month(on: datetime.date) -> str:
    """21 Nov, where the year is plain."""
    return in_order("day_of_a_month", day=on.day, month=month(on))


def clock(at: datetime.datetime | datetime.time) -> str:
    """14:05, or 2:05 PM for who reads it so, in the time zone that it has."""
    return f"{at:%H:%M}" if reader.habits().clock_hours == 24 else of_half_day(at.hour, f":{at:%M}")


def exact_clock(at: datetime.datetime) -> str:
    """14:05:00."""
    return f"{at:%H:%M:%S}" if reader.habits().clock_hours == 24 else of_half_day(at.hour, f":{at:%M:%S}")


def hour(number: int) -> str:
    """14, or 2 PM, as on an axis."""
    return f"{number:02}" if reader.habits().clock_hours == 24 else of_half_day(number, "")


def of_half_day(number: int, rest: str) -> str:
    """Of the hour `number` of the day; midnight is 12 AM, noon 12 PM."""
    order = pgettext("clock", "%(time)s\u00a0PM") if number >= 12 else pgettext("clock", "%(time)s\u00a0AM")
    return order % {"time": f"{number % 12 or 12}{rest}"}


def moment(at: datetime.datetime) -> str:
    """21 Nov 2026, 09:05, in the time zone that it has."""
    return in_order("moment", date=day(at), time=clock(at))


def exact_moment(at: datetime.datetime) -> str:
    """21 Nov 2026, 09:05:00."""
    return in_order("moment", date=day(at), time=exact_clock(at))


def moment_of_year(at: datetime.datetime) -> str:
    """21 Nov, 09:05, where the year is plain."""
    return in_order("moment", date=day_of_month(at), time=clock(at))


def day_of_week(on: datetime.date) -> str:
    """Sat 21 Nov 2026."""
    return days_of_week([on])[0]


def days_of_week(dates: Iterable[datetime.date]) -> list[str]:
    """Each as `day_of_week` says it; the language is asked for once."""
    language = get_language()
    months, weekdays, order = find_months(language), find_short_weekdays(language), find_orders(language)
    return [
        order["day_of_a_week"]
        % {"weekday": weekdays[on.weekday()], "day": on.day, "month": months[on.month], "year": on.year}
        for on in dates
    ]


def day_range(first: datetime.date, last: datetime.date) -> str:
    """23 Oct to 21 Nov 2026; a year or month that both share is said once."""
    if first == last:
        return day_of_week(last)
    if (first.year, first.month) == (last.year, last.month):
        return in_order("days_of_a_month", first=first.day, last=last.day, month=month(last), year=last.year)
    return span(day_of_month(first) if first.year == last.year else day(first), day(last))


def span(first: str, last: str) -> str:
    """From one day or time to another."""
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def duration(time: datetime.timedelta) -> str:
    """Its two largest units: 48 s, 12 min 5 s, 3 h, 2 d 4 h; one that is 0 is left out."""
    units = {
        DAY: pgettext("days", "d"),
        HOUR: pgettext("hours", "h"),
        MINUTE: pgettext("minutes", "min"),
        1: pgettext("seconds", "s"),
    }
    parts, left = [], int(time.total_seconds())
    for size, unit in units.items():
        number, left = divmod(left, size)
        parts.append((number, unit))
    first = next((place for place, (number, _unit) in enumerate(parts) if number), None)
    if first is None:
        return f"<{SPACE}1{SPACE}{units[1]}"
    return " ".join(f"{exact(number)}{SPACE}{unit}" for number, unit in parts[first : first + 2] if number)


def age(seconds: float) -> str:
    """How long ago: 4 seconds, 3 minutes, 2 hours, 5 days."""
    if seconds >= DAY:
        count = int(seconds // DAY)
        text = ngettext("%(count)s\u00a0day ago", "%(count)s\u00a0days ago", count)
    elif seconds >= HOUR:
        count = int(seconds // HOUR)
        text = ngettext("%(count)s\u00a0hour ago", "%(count)s\u00a0hours ago", count)
    elif seconds >= MINUTE:
        count = int(seconds // MINUTE)
        text = ngettext("%(count)s\u00a0minute ago", "%(count)s\u00a0minutes ago", count)
    else:
        count = max(0, int(seconds))
        text = ngettext("%(count)s\u00a0second ago", "%(count)s\u00a0seconds ago", count)
    return text % {"count": exact(count)}
