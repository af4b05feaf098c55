"""The public page of rates: what it says of each, and when it stops to show figures."""

import datetime

import pytest
from django.test import Client

from codextime.pricing import services
from codextime.pricing.rates import PACKAGED
from codextime.pricing.selectors import get_book
from codextime.site.rate_tables import RatesPage, ShownRate, build_rates_page

AUTUMN = datetime.date(2026, 11, 20)


def page(today: datetime.date = AUTUMN) -> RatesPage:
    return build_rates_page(PACKAGED, today=today)


def row(model: str, today: datetime.date = AUTUMN) -> ShownRate:
    [found] = [rate for rate in page(today).usd.current if rate.model == model]
    return found


def test_every_rate_is_in_one_of_the_tables() -> None:
    shown = page()

    for table, listed in ((shown.usd, PACKAGED.rates), (shown.credits, PACKAGED.credits)):
        assert len(table.current) + len(table.later) + len(table.earlier) == sum(map(len, listed.values()))
    assert {name for name, _ in shown.unpriced} == PACKAGED.names.unpriced.keys()


def test_a_rate_is_in_force_up_to_the_day_before_its_last() -> None:
    last, after = datetime.date(2026, 7, 22), datetime.date(2026, 7, 23)

    assert "gpt-5-codex" in {rate.model for rate in page(last).usd.current}
    assert "gpt-5-codex" in {rate.model for rate in page(after).usd.earlier}


def test_a_rate_that_begins_later_is_not_in_force_yet() -> None:
    before, first = (page(datetime.date(2026, 11, day)).usd for day in (16, 17))

    assert "gpt-6.2-sol" in {rate.model for rate in before.later} - {rate.model for rate in before.current}
    assert "gpt-6.2-sol" in {rate.model for rate in first.current} - {rate.model for rate in first.later}


def test_it_shows_figures_with_the_date_and_the_source_of_their_evidence() -> None:
    shown = row("gpt-5.6-terra")

    assert (shown.input, shown.cached_input, shown.cache_write, shown.output) == ("$2.00", "$0.20", "$2.50", "$12.00")
    assert shown.evidence == "Evidence dated 9 Oct 2026, from a copy of the official page."
    assert shown.long_context == "over 272,000 input tokens: input \u00d7 2, output \u00d7 1.5"
    assert row("gpt-5.4").evidence == "Evidence dated 9 Oct 2026, from third-party tables."


def test_what_is_not_known_is_said() -> None:
    assert row("gpt-6.2-sol").long_context == "costs more over 272,000 input tokens, by how much is not known"
    assert row("gpt-5.4").cache_write == "as input"


def test_evidence_of_more_than_90_days_turns_figures_into_words() -> None:
    evidence_on = row("gpt-5.4").evidence

    fresh, old = (row("gpt-5.4", datetime.date(2027, 1, day)) for day in (7, 8))

    assert evidence_on.startswith("Evidence dated 9 Oct 2026")
    assert (fresh.is_old, fresh.input) == (False, "$2.50")
    assert (old.is_old, old.input, old.output, old.note, old.long_context) == (True, "", "", "", "")


@pytest.mark.django_db
def test_what_the_operator_confirms_is_shown_in_figures_again() -> None:
    later = datetime.date(2027, 1, 8)
    services.confirm_rates(models=["gpt-5.4"], today=later)

    [shown] = [rate for rate in build_rates_page(get_book(), today=later).usd.current if rate.model == "gpt-5.4"]

    assert shown.input == "$2.50"
    assert shown.evidence == "Evidence dated 8 Jan 2027, confirmed by this server's operator."


@pytest.mark.django_db
def test_the_page_links_every_rate_to_an_official_page_and_never_says_checked(client: Client) -> None:
    html = client.get("/api-equivalent").text

    for rates in PACKAGED.rates.values():
        assert all(f'href="{rate.url}"' in html for rate in rates)
    assert "checked" not in html.lower()
    assert "Not a bill" in html
