"""WCAG 2.2 AA, as far as axe-core can tell, on every page that people see."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from codextime.accounts.models import User
from tests.browser.private_pages import PRIVATE_PAGES, SOME_PAGES, fill
from tests.browser.test_public_pages import PATHS

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}


def find_violations(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        for each in Axe().run(page, options=OPTIONS).response["violations"]:
            found += [f"{path}: {each['id']}: {node['html']}" for node in each["nodes"]]
    return found


@pytest.mark.usefixtures("transactional_db")
def test_some_public_pages_bar_nobody(page: Page) -> None:
    assert find_violations(page, ["/", "/example", "/accounts/signup/"]) == []


@pytest.mark.soak
@pytest.mark.usefixtures("transactional_db")
def test_public_pages_bar_nobody(page: Page) -> None:
    assert find_violations(page, PATHS) == []


@pytest.mark.soak  # axe-core takes a second a page
def test_private_pages_bar_nobody(signed_in: Page, owner: User) -> None:
    fill(owner)

    assert find_violations(signed_in, PRIVATE_PAGES) == []


def test_text_alone_can_be_twice_as_large_without_scrolling_sideways(signed_in: Page, owner: User) -> None:
    fill(owner)
    signed_in.set_viewport_size({"width": 1280, "height": 900})

    for path in SOME_PAGES:
        signed_in.goto(path)
        signed_in.evaluate("document.documentElement.style.fontSize = '200%'")
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= 1280, path
