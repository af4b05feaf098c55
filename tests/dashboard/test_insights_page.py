"""The cards of Insights: when each is shown, what it links to, and the thresholds that decide."""

import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.insight_cards import describe_credit_rates
from codextime.dashboard.thresholds import SHIPPED, find_thresholds
from codextime.lib.formats import SPACE
from codextime.pricing.credits import Credits
from codextime.usage.services import rebuild_dirty_dates, store_calls
from tests.usage.burning import SOURCE, burn, call

OCTOBER = "/insights?period=month&on=2025-10-15"
CACHED = (10_000, 9_000, 0, 200, 50)  # plain: nothing about it stands out
FRESH = (50_000, 0, 0, 200, 50)
THOUGHTFUL = (1_000, 900, 0, 2_000, 1_900)
LONG = (300_000, 299_000, 0, 200, 50)
DEFAULTS = {
    "high_cost_usd": "1",
    "high_context_ratio": "60",
    "elevated_context_ratio": "50",
    "low_cache_ratio": "30",
    "high_uncached_input_tokens": "10000",
    "high_reasoning_ratio": "75",
    "reasoning_min_output_tokens": "100",
    "expensive_low_output_total_tokens": "20000",
    "low_output_tokens": "100",
    "large_cumulative_tokens": "200000",
}


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def cards(client: Client, address: str = OCTOBER) -> list[str]:
    return re.findall(r'<h2 id="([a-z-]+)">', client.get(address).text)


def link_of(client: Client, name: str) -> str:
    card = client.get(OCTOBER).text.partition(f'<h2 id="{name}">')[2]
    return card.partition('<p class="end"><a href="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("name", "model", "tokens"),
    [
        ("unpriced", "custom", CACHED),
        ("low-cache", "gpt-5.1-codex", FRESH),
        ("reasoning", "gpt-5", THOUGHTFUL),
        ("long-context", "gpt-5.4", LONG),
    ],
)
def test_a_card_is_shown_for_what_it_is_about_and_its_link_proves_it(
    signed_in: Client, owner: User, name: str, model: str, tokens: tuple[int, int, int, int, int]
) -> None:
    burn(owner, *(call(f"2025-10-{day:02}T12:00+00:00", "gpt-5", CACHED) for day in range(1, 9)))
    assert name not in cards(signed_in)

    burn(owner, call("2026-06-09T12:00+00:00" if name == "long-context" else "2025-10-09T12:00+00:00", model, tokens))

    address = "/insights?period=month&on=2026-06-09" if name == "long-context" else OCTOBER
    assert name in cards(signed_in, address)
    if name != "long-context":
        assert signed_in.get(link_of(signed_in, name)).status_code == 200
        assert f"{sum((tokens[0], tokens[3])):,}" in signed_in.get(link_of(signed_in, name)).text


def test_what_stands_out_nowhere_gives_no_card_and_says_so(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-09T12:00+00:00", "gpt-5", CACHED))
    owner_page = signed_in.get(OCTOBER).text
    shown = [name for name in cards(signed_in) if name != "old-rates"]

    assert shown == []
    assert "No calls in this period" in signed_in.get("/insights?period=month&on=2025-08-15").text
    assert "Threads are not compared" in owner_page


def test_threads_are_compared_for_who_groups_calls_by_session(signed_in: Client, owner: User) -> None:
    owner.session_grouping_since = timezone.now()
    owner.save()
    thread = uuid.uuid4().hex
    full = call("2025-10-09T12:00+00:00", "gpt-5", (250_000, 9_000, 0, 90_000, 50))._replace(thread=thread)
    store_calls(user=owner, device=None, source_key=SOURCE, label="", calls=[full], now=full.at)
    rebuild_dirty_dates(user_id=owner.pk)

    assert {"costliest-thread", "context"} <= set(cards(signed_in))
    assert signed_in.get(link_of(signed_in, "costliest-thread")).status_code == 200
    assert "Threads are not compared" not in signed_in.get(OCTOBER).text


def test_at_most_six_cards_are_shown_the_weightiest_first(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-09T12:00+00:00", "gpt-5", FRESH), call("2025-10-09T12:00+00:00", "custom", CACHED))
    page = signed_in.get(OCTOBER).text
    order = re.findall(r'class="card insight insight-(\w+)"', page)

    assert 1 < len(order) <= 6
    assert order == sorted(order, key=["high", "medium", "review"].index)


def test_thresholds_decide_and_can_be_moved_and_reset(signed_in: Client, owner: User) -> None:
    burn(owner, call("2025-10-09T12:00+00:00", "gpt-5", FRESH))
    assert "low-cache" in cards(signed_in)

    answer = signed_in.post("/insights/thresholds", DEFAULTS | {"high_uncached_input_tokens": "60000"})

    assert answer.status_code == 302
    owner.refresh_from_db()
    assert owner.own_thresholds == {"high_uncached_input_tokens": 60_000}
    assert "low-cache" not in cards(signed_in)
    assert 'value="60000"' in signed_in.get("/insights/thresholds").text
    signed_in.post("/insights/thresholds/reset")
    assert "low-cache" in cards(signed_in)


@pytest.mark.parametrize(
    ("name", "value"), [("high_cost_usd", "-1"), ("low_cache_ratio", "101"), ("low_output_tokens", "many")]
)
def test_nonsense_is_no_threshold(signed_in: Client, owner: User, name: str, value: str) -> None:
    answer = signed_in.post("/insights/thresholds", DEFAULTS | {name: value})

    assert answer.status_code == 400
    owner.refresh_from_db()
    assert owner.own_thresholds == {}


def test_what_is_stored_and_no_threshold_any_more_is_passed_over(owner: User) -> None:
    owner.own_thresholds = {"gone": 1, "low_cache_ratio": 7, "high_cost_usd": "x"}

    assert find_thresholds(user=owner) == SHIPPED


def test_a_page_asks_as_much_of_one_call_as_of_many(signed_in: Client, owner: User) -> None:
    owner.session_grouping_since = timezone.now()
    owner.save()
    burn(owner, call("2025-10-09T12:00+00:00")._replace(thread=uuid.uuid4().hex))
    with CaptureQueriesContext(connection) as one:
        signed_in.get(OCTOBER)
    burn(owner, *(call(f"2025-10-{day:02}T12:00+00:00")._replace(thread=uuid.uuid4().hex) for day in range(1, 26)))

    with CaptureQueriesContext(connection) as many:
        signed_in.get(OCTOBER)

    assert len(one) == len(many) <= 12


def test_dates_that_make_no_period_are_explained(signed_in: Client) -> None:
    assert signed_in.get("/insights?period=custom&from=2025-10-09&to=2025-10-01").status_code == 400


@pytest.mark.parametrize("period", ["period=month&on=2026-06-15", "period=custom&from=2026-06-01&to=2026-06-20"])
def test_what_leads_to_the_estimate_leads_to_that_of_the_same_period(
    signed_in: Client, owner: User, period: str
) -> None:
    burn(owner, call("2026-06-09T12:00+00:00", "gpt-5.4", (100_000, 0, 0, 2_000, 0)))
    link = signed_in.get(f"/insights?{period}").text.partition("/estimate?")[2].partition('"')[0].replace("&amp;", "&")

    answer = signed_in.get(f"/estimate?{link}")

    assert answer.status_code == 200
    assert "102,000" in answer.text


def test_credits_say_how_well_they_are_known() -> None:
    known = Credits(Decimal(9), tokens=1_000, inferred_tokens=100, missing_tokens=250)

    assert describe_credit_rates(known).replace(SPACE, " ") == (
        "75 % of the tokens have a credit rate. For 10 % it is inferred from the API rate."
    )
    assert "inferred" not in describe_credit_rates(Credits(Decimal(9), tokens=1_000))
