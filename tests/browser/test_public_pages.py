"""The public pages in a real browser: themes, narrow screens, fingers, no scripts."""

import pytest
from playwright.sync_api import Page, expect

from codextime.site.pages import PAGES
from tests.browser.test_contrast import find_faint
from tests.browser.test_overview import DARK_PAGE, LIGHT_PAGE, SMALL_CONTROLS, expect_background
from tests.browser.test_page_weight import WATCH_SHIFTS, find_faults

PATHS = [*(page.address.removeprefix("http://localhost:8000") for page in PAGES), "/leaderboard", "/accounts/signup/"]
pytestmark = pytest.mark.usefixtures("transactional_db")


def test_all_are_light_hold_still_can_be_read_scroll_nowhere_sideways_and_have_room_for_fingers(page: Page) -> None:
    page.add_init_script(WATCH_SHIFTS)
    for path in PATHS:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="null", reduced_motion="null")
        assert find_faults(page, path) == []
        assert find_faint(page) == [], path
        for summary in page.locator("main summary").all():
            summary.click()
        for width in (1440, 768, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert width > 390 or page.evaluate(SMALL_CONTROLS) == [], (path, width)


def test_a_stranger_gets_from_the_home_page_into_the_example_and_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Calls", exact=True).click()

    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/example?measure=calls")
    expect(page.get_by_role("link", name="Calls", exact=True)).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="What is this?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Know what Codex burns")


def test_the_keyboard_reaches_the_days_of_the_example(page: Page) -> None:
    page.goto("/example")
    page.locator(".heatmap-year a").last.focus()
    page.keyboard.press("ArrowLeft")

    expect(page.locator(".tip")).to_have_text(page.locator(".heatmap-year a:focus").get_attribute("aria-label") or "")


def test_a_stranger_chooses_a_theme_that_every_page_has_from_its_first_moment_on(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/help")  # which the browser keeps for five minutes, in the theme of that time
    page.goto("/privacy?from=elsewhere")

    page.get_by_role("contentinfo").get_by_role("button", name="Dark").click()

    expect_background(page, DARK_PAGE)
    assert page.url.endswith("/privacy?from=elsewhere")
    for path in (page.url, "/help", "/leaderboard", "/accounts/login/"):
        page.goto(path, wait_until="commit")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect_background(page, DARK_PAGE)

    page.goto("/help")
    page.get_by_role("contentinfo").get_by_role("button", name="System").click()
    expect_background(page, LIGHT_PAGE)


def test_on_a_phone_the_navigation_fits(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")

    assert page.locator(".nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
