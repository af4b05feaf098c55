"""Estimates against figures worked out by hand."""

import datetime
from decimal import Decimal

from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Estimate, estimate, total

AUGUST = datetime.date(2026, 8, 1)
CALL = Tokens(
    input_tokens=100_000,
    cached_input_tokens=60_000,
    cache_write_input_tokens=10_000,
    output_tokens=5_000,
    reasoning_output_tokens=3_000,
)


def of(model: str, tokens: Tokens = CALL, on: datetime.date = AUGUST, *, is_long_context: bool = False) -> Estimate:
    return estimate(model, on, tokens, is_long_context=is_long_context)


def test_each_kind_of_token_has_its_own_rate() -> None:
    # gpt-5.6-terra: (30,000 x 2 + 60,000 x 0.20 + 10,000 x 2.50 + 5,000 x 12) / 1,000,000
    assert of("gpt-5.6-terra").usd == Decimal("0.157")


def test_a_cache_write_without_a_rate_of_its_own_costs_what_input_costs() -> None:
    # gpt-5.4: (40,000 x 2.50 + 60,000 x 0.25 + 5,000 x 15) / 1,000,000
    assert of("gpt-5.4").usd == Decimal("0.19")


def test_the_price_of_a_sum_is_the_sum_of_the_prices() -> None:
    # more than its input is said to be cached or written: no model does so, and no sum hides it
    odd = Tokens(input_tokens=1_000, cached_input_tokens=900, cache_write_input_tokens=800, output_tokens=10)
    for model in ("gpt-5.6-terra", "gpt-5.4"):
        assert of(model, odd + CALL).usd == of(model, odd).usd + of(model).usd
        assert of(model, odd).usd > 0


def test_long_context_doubles_all_input_and_adds_half_to_output_where_the_rate_says_so() -> None:
    # gpt-5.6-terra: ((30,000 x 2 + 60,000 x 0.20 + 10,000 x 2.50) x 2 + 5,000 x 12 x 1.5) / 1,000,000
    assert of("gpt-5.6-terra", is_long_context=True).usd == Decimal("0.284")
    # gpt-5.2 has no such tier
    assert of("gpt-5.2", is_long_context=True) == of("gpt-5.2")


def test_a_long_context_tier_with_unknown_figures_leaves_long_calls_unpriced() -> None:
    late = datetime.date(2026, 11, 20)

    assert of("gpt-6.2-sol", on=late).is_priced
    assert of("gpt-6.2-sol", on=late, is_long_context=True).unpriced_tokens == 105_000
    assert of("gpt-6.2-astra", on=late, is_long_context=True).unpriced_tokens == 105_000


def test_an_unknown_cached_rate_leaves_cached_tokens_unpriced_and_prices_the_rest() -> None:
    early = of("o3", on=datetime.date(2025, 6, 9))

    # o3 before its price cut: (40,000 x 10 + 5,000 x 40) / 1,000,000
    assert early.usd == Decimal("0.6")
    assert early.unpriced_tokens == 60_000
    assert early.is_priced
    assert round(early.priced_share, 4) == round(45 / 105, 4)


def test_a_model_without_a_rate_is_unpriced_not_free() -> None:
    unknown = of("custom")

    assert unknown.unpriced_tokens == CALL.total
    assert not unknown.is_priced
    assert unknown.priced_share == 0
    assert unknown.rates == frozenset()


def test_a_call_is_priced_at_its_own_date() -> None:
    before, after = (of("gpt-5.6-sol", on=datetime.date(2026, 8, day)) for day in (20, 21))

    # 5 / 0.50 / 6.25 / 30, then 4 / 0.40 / 5 / 20
    assert before.usd == Decimal("0.3925")
    assert after.usd == Decimal("0.294")


def test_a_sum_keeps_the_unpriced_share_and_every_rate_that_was_used() -> None:
    summed = total([of("gpt-5.4"), of("custom"), of("gpt-5.6-terra"), of("gpt-5.4")])

    assert summed.usd == Decimal("0.19") * 2 + Decimal("0.157")
    assert summed.priced_share == 0.75
    assert sorted(rate.model for rate in summed.rates) == ["gpt-5.4", "gpt-5.6-terra"]


def test_a_sum_says_once_why_some_of_its_tokens_have_no_rate() -> None:
    late, later = (of("gpt-5-codex", on=datetime.date(2026, 7, day)) for day in (23, 24))
    early = of("gpt-5-codex", on=datetime.date(2026, 7, 22))

    assert total([early, late, later]).gaps == {"No public rate from 23 Jul 2026 on."}
    assert early.gaps == frozenset()


def test_nothing_costs_nothing_and_hides_nothing() -> None:
    assert total([]).usd == 0
    assert total([]).priced_share == 1
    assert not of("gpt-5.4", Tokens()).is_priced


def test_huge_sums_stay_exact() -> None:
    # 9 * 10^18 output tokens at 15 USD a million
    assert of("gpt-5.4", Tokens(output_tokens=9 * 10**18)).usd == Decimal("135000000000000")
