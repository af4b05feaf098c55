"""What the database prices by day and by bar is what pricing each row comes to, to the last digit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest

from codextime.accounts.models import User
from codextime.dashboard import sums
from codextime.dashboard.day_sums import MODEL, SOURCE, Asked, DaySums, read_sums
from codextime.dashboard.day_tables import days_of, read_days, read_known, sum_days
from codextime.dashboard.hour_reading import splits_hours
from codextime.dashboard.overview import find_parts
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.selectors import get_overview
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.rates import RATES
from codextime.pricing.selectors import get_book
from codextime.pricing.services import import_rates
from tests.dashboard.test_overview_figures import NOW, random_calls
from tests.usage.burning import burn, call

FIRST, LAST = date(2025, 9, 1), date(2026, 11, 22)
PARTS = [date(2025, 10, 3), date(2026, 2, 4), date(2026, 2, 9), date(2026, 11, 2)]
BARS = [FIRST, date(2026, 1, 1), date(2026, 1, 2), date(2026, 8, 24), date(2026, 10, 1)]


def read(owner: User, models: dict[int, str] | None = None, series: str = MODEL) -> DaySums:
    days = days_of(owner)
    known = read_known(days).models if models is None else models
    asked = Asked(FIRST, LAST, PARTS, BARS, series, has_sources=True)
    return read_sums(days, asked, models=known, book=get_book(owner))


def tell(sum_: sums.Sum) -> tuple[object, ...]:
    """All of a sum but the rates, the words about gaps, and the savings."""
    estimate = sum_.estimate
    return sum_.calls, sum_.tokens, estimate.usd, estimate.tokens, estimate.unpriced_tokens


def row_by_row(owner: User) -> dict[date, sums.Sum]:
    return sums.group(read_days(days_of(owner), FIRST, LAST, get_book(owner)), lambda row: row.on)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_days_have_the_same_sums_as_row_by_row(owner: User, zone: str) -> None:
    owner.time_zone = zone
    owner.save()
    burn(owner, *random_calls(400))

    found, expected = read(owner).by_day, row_by_row(owner)

    assert {on: tell(sum_) for on, sum_ in found.items()} == {on: tell(sum_) for on, sum_ in expected.items()}
    assert any(0 < sum_.estimate.unpriced_tokens < sum_.estimate.tokens for sum_ in found.values())


def begin(edges: list[date], on: date) -> date | None:
    """Of what lies between two edges the first of them."""
    return max(edge for edge in edges if edge <= on) if edges[0] <= on < edges[-1] else None


def test_rows_have_all_calls_of_the_parts_with_the_rates_of_each(owner: User) -> None:
    burn(owner, *random_calls(400))
    rows = read_days(days_of(owner), FIRST, LAST, get_book(owner))

    found = sums.group(read(owner).rows, lambda row: (row.on, row.model, row.is_long_context))

    within = [row for row in rows if begin(PARTS, row.on)]
    assert found == sums.group(within, lambda row: (begin(PARTS, row.on), row.model, row.is_long_context))
    assert any(sum_.estimate.saved_usd for sum_ in found.values())
    assert any(sum_.estimate.rates for sum_ in found.values())


@pytest.mark.parametrize("series", [MODEL, SOURCE])
@pytest.mark.parametrize("is_known", [True, False], ids=["in the database", "row by row"])
def test_bars_and_sources_have_all_calls_between_their_edges(owner: User, series: str, is_known: bool) -> None:
    burn(owner, *random_calls(200), source=uuid4())
    burn(owner, *random_calls(200, seed=2), source=uuid4())
    rows = list(sum_days(days_of(owner), FIRST, LAST, '"on"', MODEL, SOURCE, book=get_book(owner)))

    found = read(owner, None if is_known else {}, series)

    for keyed, edges, key in ((found.bars, BARS, 1 if series == MODEL else 2), (found.sources, PARTS, 2)):
        within = [row for row in rows if begin(edges, row.keys[0])]
        expected = sums.add_up_each(((begin(edges, row.keys[0]), row.keys[key]), row.sum) for row in within)
        told = sums.add_up_each(((row.on, row.key), row.sum) for row in keyed)
        assert {at: tell(sum_) for at, sum_ in told.items()} == {at: tell(sum_) for at, sum_ in expected.items()}
    if series == MODEL:
        assert {bar.name for bar in found.name_bars()} == {row.model for row in rows}


@pytest.mark.parametrize(
    "amount", [Decimal("0.000000001"), Decimal("999999.999999999"), Decimal("1.5")], ids=["least", "most", "usual"]
)
def test_own_rates_of_any_size_are_exact(owner: User, amount: Decimal) -> None:
    amounts = {"input_usd": amount, "cached_input_usd": None, "output_usd": amount}
    for model in ("custom", "gpt-5.4"):
        set_own_rate(user=owner, model=model, effective_from=date(2026, 2, 3), now=NOW, **amounts)
    burn(owner, *random_calls(200))

    found, expected = read(owner).by_day, row_by_row(owner)

    assert {on: tell(sum_) for on, sum_ in found.items()} == {on: tell(sum_) for on, sum_ in expected.items()}


@pytest.mark.parametrize(
    ("amount", "multiplier"), [("2.000000001", "1.000000001"), ("1000000", "1000000")], ids=["many decimals", "huge"]
)
def test_rates_that_no_integer_of_the_database_tells_are_exact(owner: User, amount: str, multiplier: str) -> None:
    tier = {"over_input_tokens": 272_000, "input_multiplier": multiplier, "output_multiplier": multiplier}
    rate = msgspec.to_builtins(RATES["gpt-5.4"][0]) | {"input": amount, "output": amount, "long_context": tier}
    import_rates(content=msgspec.json.encode({"rates": [rate]}), today=NOW.date())
    burn(owner, *random_calls(200))

    found, expected = read(owner).by_day, row_by_row(owner)

    assert {on: tell(sum_) for on, sum_ in found.items()} == {on: tell(sum_) for on, sum_ in expected.items()}


def test_tokens_of_a_size_that_no_integer_of_the_database_holds_are_exact(owner: User) -> None:
    burn(owner, *(call(NOW - timedelta(hours=n), "gpt-5.4", (2**62, 2**61, 2**60, 2**30, 2**29)) for n in range(4)))

    found, expected = read(owner).by_day, row_by_row(owner)

    assert {on: tell(sum_) for on, sum_ in found.items()} == {on: tell(sum_) for on, sum_ in expected.items()}


def test_the_models_of_a_user_are_known_with_the_days(owner: User) -> None:
    calls = burn(owner, *random_calls(60))

    known = read_known(days_of(owner))

    assert set(known.models.values()) == {one.model for one in calls}
    assert list(known.active) == sorted({one.at.date() for one in calls})


def test_a_model_that_came_up_after_the_models_were_read_is_priced_all_the_same(owner: User) -> None:
    burn(owner, *random_calls(100))
    known = read_known(days_of(owner)).models
    without = {id_: name for id_, name in known.items() if name != "gpt-5.4"}

    found = read(owner, without)

    expected = row_by_row(owner)
    assert {on: tell(sum_) for on, sum_ in found.by_day.items()} == {on: tell(sum_) for on, sum_ in expected.items()}
    assert "gpt-5.4" in {row.model for row in found.rows}
    assert "gpt-5.4" in {bar.name for bar in found.name_bars()}


@pytest.mark.parametrize("asked", [{"period": "30d"}, {"period": "month"}, {"period": "year"}, {"period": "all"}])
@pytest.mark.parametrize("by", [None, "week", "month"])
def test_the_bars_of_the_chart_add_up_to_the_period(owner: User, asked: dict[str, str], by: str | None) -> None:
    burn(owner, *random_calls(300))

    page = get_overview(user=owner, query=OverviewQuery(**asked, by=by), now=NOW)  # type: ignore[arg-type]

    assert sum(sum_.calls for _, sum_ in page.timeline.rows) == page.now.calls
    assert sum(sum_.usd for _, sum_ in page.timeline.rows) == page.now.usd
    within = [sum_ for on, sum_ in row_by_row(owner).items() if page.period.first <= on <= page.period.last]
    assert sum(sum_.usd for sum_ in within) == page.now.usd


def test_a_page_compares_its_period_with_the_one_before() -> None:
    query = OverviewQuery(period="year", by="month")

    parts = find_parts(find_period(query, today=date(2026, 11, 21), first_active=date(2025, 9, 27)))

    assert parts == [date(2025, 1, 1), date(2025, 11, 22), date(2026, 1, 1), date(2026, 11, 22)]


def test_an_hour_on_two_utc_dates_is_one(owner: User) -> None:
    owner.time_zone = "Asia/Kolkata"
    owner.save()
    midnight = datetime.fromisoformat("2026-10-07T00:00:00+00:00")
    burn(
        owner,
        call(midnight - timedelta(minutes=20), "gpt-5.4", (600, 0, 0, 0, 0)),
        call(midnight + timedelta(minutes=20), "gpt-5.4", (500, 0, 0, 0, 0)),
        call(midnight + timedelta(hours=3), "gpt-5.4", (1_000, 0, 0, 0, 0)),
    )

    page = get_overview(user=owner, query=OverviewQuery(period="all"), now=NOW)

    record = next(record for record in page.records if record.name == "Busiest hour")
    assert (record.exact, record.when) == ("1,100 tokens", "Wed 7 Oct 2026, 05:00 to 06:00")


@pytest.mark.parametrize(
    "name",
    [
        *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"),
        *("Australia/Lord_Howe", "Atlantic/Azores", "America/Scoresbysund", "Antarctica/Troll", "Africa/Casablanca"),
    ],
)
def test_zones_are_known_whose_hours_lie_on_two_utc_dates(name: str) -> None:
    zone, start = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC)
    dates: dict[tuple[date, int], set[date]] = {}
    for n in range(365 * 24 * 4):
        at = start + n * timedelta(minutes=15)
        clock = at.astimezone(zone)
        dates.setdefault((clock.date(), clock.hour), set()).add(at.date())

    assert splits_hours(zone, 2026, 2026) == any(len(on) > 1 for on in dates.values())
