"""Which rate holds for a model on a day, and that the file of rates is in order."""

import datetime
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from codextime.pricing.rates import PACKAGED, RATES, Rate, describe_gap, find_rate, why_unpriced


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "input_usd"),
    [("2026-07-08", None), ("2026-07-09", "2.5"), ("2026-07-29", "2.5"), ("2026-07-30", "2"), ("2030-01-01", "2")],
)
def test_a_rate_holds_from_its_first_day_up_to_the_day_before_the_next(on: str, input_usd: str | None) -> None:
    rate = find_rate("gpt-5.6-terra", day(on))

    assert (rate and rate.input) == (input_usd and Decimal(input_usd))


def test_after_its_last_day_a_model_has_no_rate() -> None:
    assert find_rate("gpt-5-codex", day("2026-07-22")) is not None
    assert find_rate("gpt-5-codex", day("2026-07-23")) is None


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-5.4", "gpt-5.4"),
        ("gpt-5.4-2026-03-05", "gpt-5.4"),
        ("gpt-5.6", "gpt-5.6-sol"),
        ("gpt-5.6-2026-07-09", "gpt-5.6-sol"),
    ],
)
def test_a_name_is_taken_exactly_then_without_its_date_then_as_a_listed_alias(model: str, listed: str) -> None:
    rate = find_rate(model, day("2026-08-01"))

    assert rate is not None
    assert rate.model == listed


@pytest.mark.parametrize(
    "model", ["gpt-5.4-nano", "gpt-5.4-20260305", "gpt-5.4-2026-03", "gpt", "", "custom", "GPT-5.4"]
)
def test_a_name_that_only_begins_like_a_listed_one_has_no_rate(model: str) -> None:
    assert find_rate(model, day("2026-08-01")) is None


def test_a_model_without_a_rate_says_why() -> None:
    on = day("2026-08-01")

    assert "research preview" in why_unpriced("gpt-5.3-codex-spark", on)
    assert why_unpriced("gpt-99", on) == "No public rate is listed."


@pytest.mark.parametrize(
    ("model", "on", "why"),
    [
        ("gpt-5-codex", "2025-09-22", "No public rate before 23 Sep 2025."),
        ("gpt-5-codex", "2026-07-23", "No public rate from 23 Jul 2026 on."),
        ("gpt-5-codex-2025-09-15", "2026-11-20", "No public rate from 23 Jul 2026 on."),
        ("o3", "2025-06-09", "No public rate for cached input before 10 Jun 2025."),
        ("gpt-6.2-sol", "2026-11-20", "No public rate for calls with a long context."),
    ],
)
def test_what_is_not_known_of_a_rate_is_said_with_its_dates(model: str, on: str, why: str) -> None:
    assert why_unpriced(model, day(on)) == why


def test_a_gap_between_two_rates_has_a_first_and_a_last_day() -> None:
    [early] = RATES["gpt-5-codex"]
    late = replace(early, effective_from=day("2026-09-01"), effective_until=None)

    assert describe_gap([early, late], day("2026-08-01")) == "No public rate from 23 Jul 2026 to 31 Aug 2026."


@pytest.mark.parametrize("rates", [*RATES.values(), *PACKAGED.credits.values()], ids=lambda rates: rates[0].model)
def test_the_rates_of_a_model_follow_each_other_without_overlap(rates: list[Rate]) -> None:
    for earlier, later in pairwise(rates):
        assert earlier.effective_until == later.effective_from
    assert all(rate.effective_until is None or rate.effective_from < rate.effective_until for rate in rates)


def test_every_rate_has_official_evidence_and_one_long_context_threshold() -> None:
    rates = [rate for listed in (*RATES.values(), *PACKAGED.credits.values()) for rate in listed]

    assert {urlsplit(rate.url).hostname for rate in rates} <= {
        "openai.com",
        "developers.openai.com",
        "community.openai.com",
        "help.openai.com",
        "learn.chatgpt.com",
    }
    assert all(rate.evidence and rate.checked_on >= rate.effective_from for rate in rates)
    assert {rate.long_context.over_input_tokens for rate in rates if rate.long_context} == {272_000}


def test_25_credits_are_a_dollar_where_both_rates_are_known() -> None:
    """But for one output that OpenAI rounded: a slip of ours in either table would show here."""
    checked = 0
    for listed in PACKAGED.credits.values():
        for credit in listed:
            usd = find_rate(credit.model, max(credit.effective_from, day("2026-04-24")))
            if usd and usd.holds(max(credit.effective_from, day("2026-04-24"))):
                assert (credit.input, credit.cached_input) == (usd.input * 25, (usd.cached_input or 0) * 25)
                assert abs(credit.output - usd.output * 25) < 1
                checked += 1
    assert checked >= 15


def test_a_context_window_belongs_to_a_rate_and_may_be_unknown() -> None:
    windows = {
        model: find_rate(model, day("2026-07-22")) for model in ("gpt-5.6-sol", "gpt-5-codex", "gpt-rosalind-research")
    }

    assert {model: rate and rate.context_window for model, rate in windows.items()} == {
        "gpt-5.6-sol": 1_050_000,
        "gpt-5-codex": 400_000,
        "gpt-rosalind-research": None,
    }
