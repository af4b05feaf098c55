"""Switches, filters and lists change the page in place: no new page is loaded, and focus, address, title and history
are those that a new one would have."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.test_calls import filled
from tests.browser.test_overview import OCTOBER, burned, october

__all__ = ["burned", "filled", "october"]  # fixtures
MARK = "window.isTheSamePage = true"
IS_MARKED = "window.isTheSamePage === true"


def ends_with(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path) + "$")


def test_a_switch_changes_figures_address_and_title_and_keeps_the_focus(october: Page) -> None:
    october.evaluate(MARK)

    october.get_by_role("link", name="All", exact=True).click()
    expect(october).to_have_title("All time · Codextime")

    assert october.evaluate(IS_MARKED)
    expect(october).to_have_url(ends_with("/dashboard?period=all"))
    expect(october.get_by_role("link", name="All", exact=True)).to_be_focused()


def test_the_way_to_neighbouring_periods_keeps_the_focus(october: Page) -> None:
    for name, month in (("Later", "November"), ("Later", "December"), ("Earlier", "November")):
        october.get_by_role("link", name=name).press("Enter")

        expect(october).to_have_title(f"{month} 2025 · Codextime")
        expect(october.get_by_role("link", name=name)).to_be_focused()


# Whoever is quick: moves on in the moment in which the new part is there and htmx has not ended.
MOVE_ON = """
document.addEventListener("htmx:afterSwap", () => document.querySelector("a.bar").focus(), { once: true })
"""


def test_who_moved_on_meanwhile_keeps_the_focus(october: Page) -> None:
    october.evaluate(MOVE_ON)

    with october.expect_event("console", lambda message: message.text == "settled"):
        october.evaluate("document.addEventListener('figures:fresh', () => console.log('settled'))")
        october.get_by_role("link", name="All", exact=True).click()

    expect(october.locator("a.bar").first).to_be_focused()


def test_dates_by_name_close_their_panel_and_leave_the_focus_on_the_page(october: Page) -> None:
    october.evaluate(MARK)
    october.get_by_text("Custom", exact=True).click()

    october.get_by_role("link", name="Last month").click()

    october.wait_for_url("**/dashboard?period=custom&from=*&to=*")
    expect(october.get_by_role("link", name="Last month")).to_be_hidden()
    expect(october.locator("#content")).to_be_focused()
    assert october.evaluate(IS_MARKED)


def test_charts_that_came_later_are_used_like_the_first(october: Page) -> None:
    october.get_by_role("link", name="By label").click()
    legend = october.locator(".legend-links")
    expect(legend).to_contain_text("work laptop")

    bar = october.locator("a.bar").nth(9)
    bar.hover()

    expect(october.locator(".tip")).to_contain_text("10 Oct 2025")
    expect(october.locator("a.bar title")).to_have_count(0)


def test_the_way_back_leads_to_the_page_before(october: Page) -> None:
    october.get_by_role("link", name="All", exact=True).click()
    expect(october).to_have_title("All time · Codextime")

    october.go_back()

    expect(october).to_have_title("October 2025 · Codextime")
    expect(october).to_have_url(ends_with(OCTOBER))
    assert "figure" not in october.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_lists_are_filtered_sorted_and_paged(filled: Page) -> None:
    filled.goto("/calls")
    filled.evaluate(MARK)

    filled.get_by_label("Tokens, at least").fill("20,000")
    filled.get_by_role("button", name="Show").click()
    filled.wait_for_url("**/calls?least=20000")
    filled.get_by_role("link", name="Tokens", exact=True).click()
    filled.wait_for_url("**/calls?*sort=-tokens*")
    expect(filled.locator("th[aria-sort] a")).to_be_focused()
    filled.get_by_role("link", name="Next page").click()
    filled.wait_for_url("**/calls?*after=*")
    expect(filled.locator("#content")).to_be_focused()

    filled.keyboard.press("j")
    expect(filled.locator(".call-at a").first).to_be_focused()
    assert filled.evaluate("scrollY") < 200

    filled.get_by_role("link", name="Previous page").click()
    filled.wait_for_url("**/calls?*before=*")
    expect(filled.locator("#content")).to_be_focused()
    assert filled.evaluate(IS_MARKED)


def test_an_answer_that_is_no_page_of_ours_is_shown_by_the_browser(october: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body="<h1>The proxy has a problem</h1>", content_type="text/html")

    october.route("**/dashboard?period=all", answer)
    october.get_by_role("link", name="All", exact=True).click()

    # A list is waited for; to ask for one heading would fail at once, as long as the page before stands with its ten.
    expect(october.get_by_role("heading")).to_have_text(["The proxy has a problem"])
