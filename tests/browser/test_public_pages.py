"""The public pages in a real browser: themes, narrow screens, fingers, no scripts."""

import pytest
from playwright.sync_api import Page, expect

from codextime.site.pages import PAGES
from tests.browser.test_contrast import FAINT
from tests.browser.test_overview import SMALL_CONTROLS

PATHS = [page.address.removeprefix("http://localhost:8000") for page in PAGES]
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_enough_contrast(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]

    for path in PATHS:
        page.goto(path)
        assert page.evaluate(FAINT) == [], path


def test_on_any_screen_nothing_but_charts_scrolls_sideways_and_fingers_find_every_control(page: Page) -> None:
    for path in PATHS:
        page.goto(path)
        for summary in page.locator("main summary").all():
            summary.click()
        for width in (1440, 820, 390, 320):
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
