"""Codex credits and cache savings against figures worked out by hand."""

import datetime
from decimal import Decimal

import pytest

from codextime.lib.tokens import Tokens
from codextime.pricing.credits import CREDITS_PER_USD, NO_CREDITS, Credits, count_credits
from codextime.pricing.estimates import estimate
from codextime.pricing.rates import PACKAGED, find_rate

NOVEMBER = datetime.date(2026, 11, 20)
CALL = Tokens(
    input_tokens=100_000,
    cached_input_tokens=60_000,
    cache_write_input_tokens=10_000,
    output_tokens=5_000,
    reasoning_output_tokens=3_000,
)


def of(model: str, on: datetime.date = NOVEMBER, *, is_long_context: bool = False) -> Credits:
    return count_credits(model, on, CALL, is_long_context=is_long_context)


@pytest.mark.parametrize("is_long_context", [False, True])
def test_credits_follow_the_card_which_charges_nothing_for_cache_writes_or_long_context(is_long_context: bool) -> None:
    # gpt-5.6-terra: (40,000 x 50 + 60,000 x 5 + 5,000 x 300) / 1,000,000
    assert of("gpt-5.6-terra", is_long_context=is_long_context) == Credits(Decimal("3.8"), 105_000)
    assert of("gpt-5.6-terra").mark == "exact"


def test_a_model_that_is_newer_than_the_card_is_inferred_from_its_usd_rate_and_says_so() -> None:
    # gpt-6.2-sol: 25 x (40,000 x 2 + 60,000 x 0.10 + 5,000 x 10) / 1,000,000
    counted = of("gpt-6.2-sol")

    assert counted == Credits(Decimal("3.4"), 105_000, inferred_tokens=105_000)
    assert counted.mark == "inferred"


@pytest.mark.parametrize(
    ("model", "on"),
    [
        ("gpt-5.4", datetime.date(2026, 4, 1)),  # Codex counted messages
        ("gpt-5.2-codex", datetime.date(2026, 5, 1)),  # the card dropped it
        ("gpt-5", NOVEMBER),  # older than the card, and never on it
        ("custom", NOVEMBER),
    ],
)
def test_what_the_card_leaves_out_is_missing_not_free(model: str, on: datetime.date) -> None:
    counted = of(model, on)

    assert (counted.missing_tokens, counted.amount, counted.mark) == (105_000, 0, "missing")
    assert not counted.is_known


def test_a_sum_keeps_what_is_inferred_and_what_is_missing() -> None:
    summed = sum((of(model) for model in ("gpt-5.6-terra", "gpt-6.2-sol", "custom")), start=NO_CREDITS)

    assert summed.amount == Decimal("7.2")
    assert (summed.tokens, summed.inferred_tokens, summed.missing_tokens) == (315_000, 105_000, 105_000)
    assert round(summed.known_share, 3) == 0.667


def test_names_with_a_date_and_aliases_have_the_credits_of_their_model() -> None:
    assert of("gpt-5.6-terra-2026-07-09") == of("gpt-5.6-terra")
    assert of("gpt-5.6") == of("gpt-5.6-sol")


def test_what_a_credit_is_worth_makes_every_row_of_the_card_but_the_rounded_one() -> None:
    odd = set()
    for model, rates in PACKAGED.credits.items():
        for rate in rates:
            usd = (
                find_rate(model, max(rate.effective_from, PACKAGED.rates[model][0].effective_from), PACKAGED)
                if (model in PACKAGED.rates)
                else None
            )
            if usd and (usd.input, usd.cached_input, usd.output) != tuple(
                amount / CREDITS_PER_USD for amount in (rate.input, rate.cached_input or 0, rate.output)
            ):
                odd.add(model)

    assert odd == {"gpt-5.4-mini"}


def test_between_two_changes_neither_rates_nor_credits_change() -> None:
    dates = {on for rates in PACKAGED.credits.values() for rate in rates for on in (rate.effective_from,)}

    assert dates <= set(PACKAGED.change_dates)


def test_the_cache_saves_what_cached_tokens_would_have_cost_more_uncached() -> None:
    # gpt-5.6-terra: 60,000 x (2 - 0.20) / 1,000,000, twice as much with a long context
    short, long = (
        estimate("gpt-5.6-terra", datetime.date(2026, 8, 1), CALL, is_long_context=is_long) for is_long in (False, True)
    )

    assert (short.saved_usd, long.saved_usd) == (Decimal("0.108"), Decimal("0.216"))
    assert (short + long).saved_usd == Decimal("0.324")


@pytest.mark.parametrize(("model", "on"), [("o3", datetime.date(2025, 6, 9)), ("custom", NOVEMBER)])
def test_nothing_is_said_to_be_saved_where_one_of_the_two_rates_is_unknown(model: str, on: datetime.date) -> None:
    assert estimate(model, on, CALL, is_long_context=False).saved_usd == 0
