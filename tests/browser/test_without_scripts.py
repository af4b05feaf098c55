"""Every public page is readable and works without JavaScript."""

import itertools
from datetime import datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from playwright.sync_api import Page, expect

from codextime.accounts.models import User
from tests.boards.people import make_listed
from tests.browser.first_steps import PASSWORD
from tests.browser.test_overview import DARK_PAGE, expect_background
from tests.usage.burning import call

pytestmark = pytest.mark.usefixtures("transactional_db")

PERIODS, MEASURES = ("Today", "7 d", "Month", "All time", "30 d"), ("Output", "Active days", "Tokens")


@pytest.fixture
def now() -> datetime:
    return timezone.now()  # what the server, which has no other clock, calls today


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "java_script_enabled": False}


def test_the_home_page_leads_into_the_example_whose_switches_are_links(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Know what Codex burns")
    expect(page.locator(".heatmap-year path").first).to_be_visible()
    page.get_by_role("link", name="Try the example").click()

    page.get_by_role("navigation", name="Period", exact=True).get_by_role("link", name="7 d").click()
    page.get_by_text("Table of these figures").click()

    expect(page.get_by_role("region", name="Table of these figures").get_by_role("row")).not_to_have_count(0)
    expect(page.locator(".plot-frame .bar")).to_have_count(7)


def test_what_is_uploaded_the_rates_and_the_help_are_all_there(page: Page) -> None:
    page.goto("/what-is-uploaded")
    expect(page.get_by_role("rowheader", name="output_tokens", exact=True)).to_be_visible()
    expect(page.locator("pre.bytes")).to_contain_text('"calls":')

    page.goto("/api-equivalent")
    page.get_by_text("Rates that ended", exact=True).click()
    expect(page.get_by_text("USD per million tokens, for calls of earlier days")).to_be_visible()

    page.goto("/help")
    expect(page.get_by_role("heading", name="The dashboard stays empty.")).to_be_visible()


def test_every_board_of_the_leaderboard_is_a_link_away(page: Page, owner: User, now: datetime) -> None:
    make_listed(owner, "ada", [call(now)], now=now)
    page.goto("/leaderboard")

    for period, measure in zip(PERIODS, itertools.cycle(MEASURES), strict=False):
        for kind, name in (("Period", period), ("Measure", measure)):
            switch = page.get_by_role("navigation", name=kind)
            switch.get_by_role("link", name=name).click()
            expect(switch.locator("[aria-current]")).to_have_text(name)
        expect(page.locator(".switch [aria-current]")).to_have_text([measure, period])
        expect(page.get_by_role("rowheader", name="ada")).to_be_visible()


def test_a_theme_is_chosen(page: Page) -> None:
    page.goto("/help")

    page.get_by_role("contentinfo").get_by_role("button", name="Dark").click()

    expect_background(page, DARK_PAGE)


def test_somebody_signs_up(page: Page, mailoutbox: list[EmailMessage]) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)

    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    assert [message.to for message in mailoutbox] == [["ada@example.org"]]
