"""What the database prices by day and by bar is what pricing each row comes to, to the last digit."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from codextime.accounts.models import User
from codextime.dashboard import sums
from codextime.dashboard.day_sums import BarsAndDays, read_bars_and_days
from codextime.dashboard.day_tables import days_of, read_days, read_known
from codextime.dashboard.overview import find_starts
from codextime.dashboard.queries import OverviewQuery, find_period
from codextime.dashboard.selectors import get_overview
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.rates import RATES
from codextime.pricing.selectors import get_book
from codextime.pricing.services import import_rates
from tests.dashboard.test_overview_figures import NOW, random_calls
from tests.usage.burning import burn, call

FIRST, LAST = date(2025, 9, 1), date(2026, 11, 22)
STARTS = [FIRST, date(2026, 1, 1), date(2026, 1, 2), date(2026, 8, 24)]


def read(owner: User, models: dict[int, str] | None = None) -> BarsAndDays:
    days, book = days_of(owner), get_book(owner)
    known = read_known(days).models if models is None else models
    return read_bars_and_days(days, FIRST, LAST, starts=STARTS, models=known, book=book)


def tell(sum_: sums.Sum) -> tuple[object, ...]:
    """All of a sum but the rates and the words about gaps."""
    estimate = sum_.estimate
    return sum_.calls, sum_.tokens, estimate.usd, estimate.tokens, estimate.unpriced_tokens, estimate.saved_usd


def row_by_row(owner: User) -> dict[date, sums.Sum]:
    return sums.group(read_days(days_of(owner), FIRST, LAST, get_book(owner)), lambda row: row.on)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_days_have_the_same_sums_as_row_by_row(owner: User, zone: str) -> None:
    owner.time_zone = zone
    owner.save()
    burn(owner, *random_calls(400))

    found, expected = read(owner).by_day, row_by_row(owner)

    assert {on: tell(sum_) for on, sum_ in found.items()} == {on: tell(sum_) for on, sum_ in expected.items()}
    assert any(sum_.estimate.saved_usd for sum_ in found.values())
    assert any(0 < sum_.estimate.unpriced_tokens < sum_.estimate.tokens for sum_ in found.values())


def test_bars_have_all_calls_of_their_days_with_the_rates_of_each(owner: User) -> None:
    burn(owner, *random_calls(400))
    rows = read_days(days_of(owner), FIRST, LAST, get_book(owner))

    found = sums.group(read(owner).rows, lambda row: (row.on, row.name))

    expected = sums.group(rows, lambda row: (max(start for start in STARTS if start <= row.on), row.name))
    assert found == expected


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
    assert "gpt-5.4" in {row.name for row in found.rows}


@pytest.mark.parametrize("asked", [{"period": "30d"}, {"period": "month"}, {"period": "year"}, {"period": "all"}])
@pytest.mark.parametrize("by", [None, "week", "month"])
def test_the_bars_of_the_chart_add_up_to_the_period(owner: User, asked: dict[str, str], by: str | None) -> None:
    burn(owner, *random_calls(300))

    page = get_overview(user=owner, query=OverviewQuery(**asked, by=by), now=NOW)  # type: ignore[arg-type]

    assert sum(sum_.calls for _, sum_ in page.timeline.rows) == page.now.calls
    assert sum(sum_.usd for _, sum_ in page.timeline.rows) == page.now.usd
    within = [sum_ for on, sum_ in row_by_row(owner).items() if page.period.first <= on <= page.period.last]
    assert sum(sum_.usd for sum_ in within) == page.now.usd


def test_a_page_has_rows_at_the_edges_of_its_bars_and_of_the_period_before() -> None:
    today = date(2026, 11, 21)
    query = OverviewQuery(period="year", by="month")

    starts = find_starts(query, find_period(query, today=today, first_active=date(2025, 9, 27)))

    assert starts == [
        date(2025, 1, 1),
        date(2025, 11, 22),
        *(date(2026, month, 1) for month in range(1, 12)),
        date(2026, 11, 22),
    ]


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
