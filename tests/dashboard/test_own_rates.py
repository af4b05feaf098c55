"""One's own rates: where they are typed, and that every private figure follows them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.selectors import get_overview
from codextime.lib.formats import day
from codextime.pricing import own_rates
from codextime.pricing.models import OwnCreditPrice, OwnRate
from codextime.pricing.own_rates import set_own_rate
from tests.usage.burning import burn, call

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def own(user: User, model: str = "custom", on: date = date(2026, 11, 1), amount: int = 1) -> OwnRate:
    amounts = dict.fromkeys(("input_usd", "cached_input_usd", "output_usd"), Decimal(amount))
    return set_own_rate(user=user, model=model, effective_from=on, now=NOW, **amounts)


def test_the_overview_uses_them_and_names_them_as_such(owner: User) -> None:
    burn(owner, call("2026-11-19T12:00+00:00", "custom"), call("2026-11-19T12:00+00:00", "gpt-5.4"))
    own(owner)

    rates = get_overview(user=owner, query=OverviewQuery(period="all"), now=NOW).rates

    assert rates.share == "All of these tokens have a rate."
    assert rates.evidence.endswith("1\u00a0rate is yours.")
    assert rates.rates[0].evidence == f"Your rate, typed on {day(NOW.date())}"
    assert [name for _, name in rates.links] == ["gpt-5.4"]


FORM = {"model": "gpt-5.4", "effective_from": "2026-11-01", "input_usd": "1.25", "output_usd": "10"}


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_a_rate_is_added_shown_changed_and_removed(signed_in: Client) -> None:
    assert signed_in.post("/estimate/rates", FORM)["Location"] == "/estimate/rates"
    page = signed_in.get("/estimate/rates").text
    assert "from 1 Nov 2026" in page
    assert "$1.25" in page
    assert "no price" in page
    address = re.findall(r'href="(/estimate/rates/\d+)"', page)[0]
    assert 'value="2026-11-01"' in signed_in.get(address).text

    assert signed_in.post(address, FORM | {"cached_input_usd": "0.1"}).status_code == 302
    assert "$0.10" in signed_in.get("/estimate/rates").text

    assert signed_in.post(f"{address}/remove").status_code == 302
    assert not OwnRate.objects.exists()
    assert signed_in.get(address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"input_usd": "-1"}, "Use a number from 0 to 1,000,000"),
        ({"input_usd": "NaN"}, "Enter a number"),
        ({"output_usd": "0.0000000001"}, "at most 9 decimals"),
        ({"output_usd": "1e99"}, "Use a number from 0 to 1,000,000"),
        ({"effective_from": "2024-12-31"}, "Use a date from 2025 on"),
        ({"effective_from": "2099-01-01"}, "at most a year ahead"),
        ({"effective_from": "soon"}, "Enter a valid date"),
        ({"model": "x" * 65}, "at most 64 characters"),
        ({"model": ""}, "This field is required"),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_beside_its_field(signed_in: Client, wrong: dict[str, str], says: str) -> None:
    answer = signed_in.post("/estimate/rates", FORM | wrong)

    assert answer.status_code == 400
    assert says in answer.text
    assert not OwnRate.objects.exists()


def test_a_second_rate_from_the_same_day_and_one_too_many_are_refused(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in.post("/estimate/rates", FORM)
    assert "change that one" in signed_in.post("/estimate/rates", FORM).text

    monkeypatch.setattr(own_rates, "MOST_RATES", 1)
    answer = signed_in.post("/estimate/rates", FORM | {"effective_from": "2026-11-02"})

    assert (answer.status_code, "remove one first" in answer.text) == (400, True)


def test_the_price_of_a_credit_is_saved_and_taken_away(signed_in: Client) -> None:
    signed_in.post("/estimate/credit-price", {"usd_per_credit": "0.04"})
    assert 'value="0.04"' in signed_in.get("/estimate/rates").text

    assert signed_in.post("/estimate/credit-price", {"usd_per_credit": "-1"}).status_code == 400
    assert OwnCreditPrice.objects.count() == 1
    signed_in.post("/estimate/credit-price", {"usd_per_credit": ""})
    assert not OwnCreditPrice.objects.exists()


def test_a_list_of_many_costs_as_many_queries_as_a_list_of_one(
    signed_in: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    own(owner)
    with django_assert_max_num_queries(6) as one:
        signed_in.get("/estimate/rates")
    for n in range(1, 25):
        own(owner, on=date(2026, 11, 1) - timedelta(days=n))

    with django_assert_max_num_queries(6) as many:
        page = signed_in.get("/estimate/rates").text

    assert len(many) == len(one)
    assert page.count('aria-label="Change ') == 25


def test_what_a_user_typed_is_text_on_the_page(signed_in: Client) -> None:
    signed_in.post("/estimate/rates", FORM | {"model": "<script>alert(1)</script>"})

    page = signed_in.get("/estimate/rates").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_public_pages_never_use_them(client: Client, owner: User) -> None:
    before = client.get("/api-equivalent").content
    own(owner, "gpt-5.4", amount=777)

    assert client.get("/api-equivalent").content == before
    client.force_login(owner)
    assert "777" not in client.get("/api-equivalent").text
