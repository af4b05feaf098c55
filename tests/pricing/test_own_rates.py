"""Rates of one's own: what they hold over, whose they are, and that nothing stored is in money."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.lib.tokens import Tokens
from codextime.pricing import own_rates, services
from codextime.pricing.credits import count_credits
from codextime.pricing.estimates import Estimate, estimate
from codextime.pricing.models import OwnCreditPrice, OwnRate
from codextime.pricing.rates import PACKAGED, RateBook, find_rate
from codextime.pricing.selectors import get_book
from tests.pricing.test_operator_rates import ROW, file_of

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2026, 10, 15), date(2026, 11, 15)
FIRST = date(2026, 11, 1)
CALL = Tokens(100_000, 60_000, 10_000, 5_000, 3_000)


def own(user: User, now: datetime, model: str = "gpt-5.4", on: date = FIRST, **amounts: Any) -> OwnRate:
    given: dict[str, Any] = {
        "input_usd": Decimal("1.5"),
        "cached_input_usd": Decimal("0.1"),
        "output_usd": Decimal(8),
    }
    return own_rates.set_own_rate(user=user, model=model, effective_from=on, now=now, **given | amounts)


def priced(model: str, on: date, book: RateBook, *, is_long_context: bool = False) -> Estimate:
    return estimate(model, on, CALL, is_long_context=is_long_context, book=book)


def test_an_own_rate_prices_from_its_date_on_and_the_days_before_as_they_were(owner: User, now: datetime) -> None:
    own(owner, now)

    book = get_book(owner)
    # (40,000 x 1.5 + 60,000 x 0.1 + 5,000 x 8) / 1,000,000: cache writes cost what input costs
    assert priced("gpt-5.4", FIRST, book).usd == Decimal("0.106")
    assert priced("gpt-5.4", date(2026, 10, 31), book).usd == priced("gpt-5.4", OCTOBER, PACKAGED).usd
    assert FIRST in book.change_dates


def test_it_holds_for_calls_of_every_length(owner: User, now: datetime) -> None:
    own(owner, now, "gpt-6.2-sol")

    book = get_book(owner)
    assert priced("gpt-6.2-sol", NOVEMBER, book, is_long_context=True).usd == Decimal("0.106")


def test_the_next_own_rate_of_the_model_takes_over(owner: User, now: datetime) -> None:
    own(owner, now)
    own(owner, now, on=date(2026, 11, 10), input_usd=Decimal(3))

    rates = get_book(owner).rates["gpt-5.4"]
    assert [(rate.effective_from, rate.effective_until) for rate in rates[-2:]] == [
        (FIRST, date(2026, 11, 10)),
        (date(2026, 11, 10), None),
    ]
    assert rates[-1].input == 3


def test_a_model_without_a_public_rate_gets_one(owner: User, now: datetime) -> None:
    own(owner, now, "custom")

    book = get_book(owner)
    assert priced("custom", NOVEMBER, book).unpriced_tokens == 0
    assert priced("custom", OCTOBER, book).gaps == priced("custom", OCTOBER, PACKAGED).gaps


def test_other_names_of_the_model_follow(owner: User, now: datetime) -> None:
    own(owner, now, "gpt-5.6-sol")
    own(owner, now, "gpt-5.4-2026-03-05", input_usd=Decimal(7))

    book = get_book(owner)
    alias = find_rate("gpt-5.6", NOVEMBER, book)
    assert alias is not None
    assert alias.input == Decimal("1.5")
    dated, plain = find_rate("gpt-5.4-2026-03-05", NOVEMBER, book), find_rate("gpt-5.4", NOVEMBER, book)
    assert (dated and dated.input, plain) == (7, find_rate("gpt-5.4", NOVEMBER))
    assert find_rate("gpt-5.4-2026-03-05", OCTOBER, book) is not None


def test_without_a_rate_for_cached_input_cached_tokens_have_no_price_and_it_is_said_whose_gap_that_is(
    owner: User, now: datetime
) -> None:
    own(owner, now, cached_input_usd=None)

    gap = priced("gpt-5.4", NOVEMBER, get_book(owner))
    assert gap.unpriced_tokens == 60_000
    assert gap.gaps == {"Your rate says nothing of cached input."}


def test_it_is_marked_as_ones_own_and_never_gets_old(owner: User, now: datetime) -> None:
    own(owner, now)

    rate = find_rate("gpt-5.4", NOVEMBER, get_book(owner))
    assert rate is not None
    assert (rate.source, rate.evidence_on, rate.url) == ("typed by you", now.date(), "")
    assert not rate.is_old(now.date() + timedelta(days=1000))


def test_nobody_else_and_no_public_page_prices_with_it(owner: User, stranger: User, now: datetime) -> None:
    own(owner, now)

    assert get_book() is PACKAGED
    assert get_book(stranger) is PACKAGED
    assert get_book(owner).public is PACKAGED


def test_it_wins_over_what_the_operator_imported(owner: User, now: datetime) -> None:
    services.import_rates(content=file_of(ROW), today=now.date())
    own(owner, now, "gpt-7", on=date(2026, 11, 5))

    book = get_book(owner)
    assert [rate.input for rate in book.rates["gpt-7"]] == [3, Decimal("1.5")]
    assert book.rates["gpt-7"][0].effective_until == date(2026, 11, 5)


def test_inferred_credits_come_from_the_public_rate(owner: User, now: datetime) -> None:
    public = count_credits("gpt-6.2-sol", date(2026, 11, 20), CALL, is_long_context=False)
    own(owner, now, "gpt-6.2-sol")
    own(owner, now, "custom")

    book = get_book(owner)
    assert count_credits("gpt-6.2-sol", date(2026, 11, 20), CALL, is_long_context=False, book=book) == public
    assert not count_credits("custom", NOVEMBER, CALL, is_long_context=False, book=book).is_known


def test_a_book_is_one_query_and_the_same_object_while_nothing_changes(
    owner: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 21):
        own(owner, now, on=date(2026, 11, day))
    own_rates.set_own_credit_price(user=owner, usd_per_credit=Decimal("0.04"), now=now)

    with django_assert_num_queries(2):
        assert get_book(owner) is get_book(owner)
    assert get_book(owner).usd_per_credit == Decimal("0.04")


def test_changing_and_removing_a_rate(owner: User, now: datetime) -> None:
    rate = own(owner, now)

    own(owner, now, on=date(2026, 11, 2), rate_id=rate.pk, output_usd=Decimal(9))
    assert [(row.effective_from, row.output) for row in OwnRate.objects.all()] == [(date(2026, 11, 2), 9)]

    own_rates.remove_own_rate(user=owner, rate_id=rate.pk)
    assert get_book(owner) is PACKAGED
    with pytest.raises(own_rates.RateGone):
        own_rates.remove_own_rate(user=owner, rate_id=rate.pk)


def test_another_ones_rate_can_neither_be_changed_nor_removed(owner: User, stranger: User, now: datetime) -> None:
    rate = own(owner, now)

    with pytest.raises(own_rates.RateGone):
        own(stranger, now, rate_id=rate.pk)
    with pytest.raises(own_rates.RateGone):
        own_rates.remove_own_rate(user=stranger, rate_id=rate.pk)


def test_two_rates_of_a_model_never_begin_on_one_day(owner: User, now: datetime) -> None:
    own(owner, now)
    other = own(owner, now, on=date(2026, 11, 2))

    with pytest.raises(own_rates.DateTaken):
        own(owner, now)
    with pytest.raises(own_rates.DateTaken):
        own(owner, now, rate_id=other.pk)


def test_there_is_a_limit(owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_rates, "MOST_RATES", 1)
    rate = own(owner, now)

    with pytest.raises(own_rates.TooManyRates):
        own(owner, now, on=date(2026, 11, 2))
    own(owner, now, on=date(2026, 11, 2), rate_id=rate.pk)


@pytest.mark.parametrize(
    "odd",
    [
        {"model": ""},
        {"model": "x" * 65},
        {"model": "a\nb"},
        {"on": date(2024, 12, 31)},
        {"on": date(2028, 1, 1)},
        {"input_usd": Decimal(-1)},
        {"input_usd": Decimal("NaN")},
        {"output_usd": Decimal(1_000_001)},
        {"cached_input_usd": Decimal("0.0000000001")},
    ],
    ids=str,
)
def test_what_no_price_list_says_is_refused(owner: User, now: datetime, odd: dict[str, Any]) -> None:
    with pytest.raises(own_rates.NotARate):
        own(owner, now, **odd)

    assert not OwnRate.objects.exists()


def test_the_price_of_a_credit_is_changed_and_taken_away(owner: User, now: datetime) -> None:
    for price in (Decimal("0.04"), Decimal("0.035")):
        own_rates.set_own_credit_price(user=owner, usd_per_credit=price, now=now)
        assert get_book(owner).usd_per_credit == price

    own_rates.set_own_credit_price(user=owner, usd_per_credit=None, now=now)
    assert get_book(owner) is PACKAGED
    with pytest.raises(own_rates.NotARate):
        own_rates.set_own_credit_price(user=owner, usd_per_credit=Decimal(-1), now=now)


def test_amounts_come_back_with_the_digits_that_were_typed(owner: User, now: datetime) -> None:
    own(owner, now, input_usd=Decimal("1.250"), output_usd=Decimal(100))

    rate = get_book(owner).rates["gpt-5.4"][-1]
    assert [str(amount) for amount in (rate.input, rate.cached_input, rate.output)] == ["1.25", "0.1", "100"]


def test_own_prices_go_with_their_account(owner: User, now: datetime) -> None:
    own(owner, now)
    own_rates.set_own_credit_price(user=owner, usd_per_credit=Decimal("0.04"), now=now)

    owner.delete()

    assert not OwnRate.objects.exists()
    assert not OwnCreditPrice.objects.exists()


def test_a_file_cannot_say_that_a_user_typed_a_rate() -> None:
    content = json.dumps({"rates": [ROW | {"evidence": "typed by a user"}]}).encode()

    with pytest.raises(services.RatesUnreadable, match="evidence of gpt-7 has to be a page"):
        services.import_rates(content=content, today=NOVEMBER)
