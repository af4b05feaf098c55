"""What is seen and heard while a part of the page is on its way, and when it does not come."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.test_in_place import IS_MARKED, MARK
from tests.browser.test_overview import OCTOBER, burned, october

__all__ = ["burned", "october"]  # fixtures
ALL = "**/dashboard?period=all"
MOTIONS: tuple[Literal["no-preference", "reduce"], ...] = ("no-preference", "reduce")
HIDDEN = "rgba(0, 0, 0, 0)"
SIZES = """
[...document.querySelectorAll("main, .card, .figure-value, .shares li, td, .heatmap-year, .page-head p")]
  .map((part) => part.getBoundingClientRect()).map((box) => [box.x, box.y, box.width, box.height])
"""
# Delay and length in milliseconds of all that changes, once each.
TIMINGS = """
[...new Set(document.querySelector("main").getAnimations({ subtree: true })
  .map((change) => change.effect.getTiming()).map(({ delay, duration }) => `${delay} ${duration}`))]
"""
FINISH = """
Promise.all(document.querySelector("main").getAnimations({ subtree: true }).map((change) => change.finished))
  .then(() => true)
"""


@pytest.fixture
def shown(burned: Page, context: BrowserContext) -> Iterator[Page]:
    """The overview in a page that may complain in the console, as browsers and htmx do of every failure."""
    page = context.new_page()
    page.goto(OCTOBER)
    page.evaluate(MARK)
    yield page
    page.close()


def hold(page: Page) -> list[Route]:
    """The questions for the other period, which get no answer before `continue_` is said to them."""
    held: list[Route] = []
    page.route(ALL, lambda route: held.append(route))
    return held


def ask(page: Page) -> None:
    page.get_by_role("link", name="All", exact=True).click()


def test_figures_become_blocks_of_their_own_size_until_the_answer_comes(burned: Page) -> None:
    held, figure, main = hold(burned), burned.locator(".figure-value").first, burned.locator("main")
    for motion in MOTIONS:
        burned.goto(OCTOBER)
        burned.emulate_media(reduced_motion=motion)
        sizes = burned.evaluate(SIZES)

        ask(burned)
        expect(main).to_contain_class("htmx-request")
        burned.mouse.move(0, 0)
        assert burned.evaluate(TIMINGS) == ["200 1"], motion  # a quick answer shows none of it, and nothing moves
        burned.evaluate(FINISH)

        expect(main).to_have_attribute("aria-busy", "true")
        expect(figure).to_have_css("color", HIDDEN)
        assert "linear-gradient" in figure.evaluate("part => getComputedStyle(part).backgroundImage")
        expect(burned.locator(".heatmap-year path").last).not_to_have_css("fill", HIDDEN)
        assert burned.evaluate(SIZES) == sizes, motion

        held.pop().continue_()
        expect(burned).to_have_title("All time · Codextime")
        expect(main).not_to_have_attribute("aria-busy", "true")
        expect(figure).not_to_have_css("color", HIDDEN)


def test_in_forced_colours_the_old_figures_can_be_read_while_one_waits(october: Page) -> None:
    october.emulate_media(forced_colors="active")
    held = hold(october)

    ask(october)
    expect(october.locator(".figures").first).to_have_css("border-top-style", "dashed")
    october.evaluate(FINISH)

    expect(october.locator(".figure-value").first).not_to_have_css("color", HIDDEN)
    held[0].continue_()
    expect(october).to_have_title("All time · Codextime")


def test_of_two_questions_only_the_last_is_answered(shown: Page) -> None:
    hold(shown)
    ask(shown)

    with shown.expect_event("requestfailed", lambda request: request.url.endswith("period=all")):
        shown.get_by_role("link", name="Year", exact=True).click()

    expect(shown).to_have_title(f"{timezone.now():%Y} · Codextime")
    expect(shown.locator("main")).not_to_have_attribute("aria-busy", "true")


def refuse(page: Page) -> None:
    page.route(ALL, lambda route: route.abort("connectionrefused"))


def go_offline(page: Page) -> None:
    page.context.set_offline(True)


def wait_too_long(page: Page) -> None:
    page.evaluate("htmx.config.timeout = 1")
    hold(page)


def break_down(page: Page) -> None:
    page.route(ALL, lambda route: route.fulfill(status=500, body='<main id="content">Sorry</main>'))


def break_the_proxy(page: Page) -> None:
    page.route(ALL, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>", content_type="text/html"))


def recover(page: Page) -> None:
    page.unroute_all()
    page.context.set_offline(False)
    page.evaluate("htmx.config.timeout = 30000")


FAILURES: list[tuple[Callable[[Page], None], str]] = [
    (refuse, "The server does not answer."),
    (go_offline, "The server does not answer."),
    (wait_too_long, "The server took too long."),
    (break_down, "The server could not make this page."),
    (break_the_proxy, "The server could not make this page."),
]


def test_what_does_not_come_is_said_and_can_be_tried_again(shown: Page) -> None:
    alert = shown.get_by_role("alert")
    for fail, words in FAILURES:
        fail(shown)

        ask(shown)

        expect(alert, fail.__name__).to_contain_text(words)
        expect(alert.locator("p")).to_have_count(1)
        expect(shown.locator(".figure-value").first).not_to_have_css("color", HIDDEN)
        expect(shown.locator("main")).not_to_have_attribute("aria-busy", "true")
        assert shown.url.endswith(OCTOBER), fail.__name__

        recover(shown)
        alert.get_by_role("link", name="Try again").click()
        expect(shown, fail.__name__).to_have_title("All time · Codextime")
        expect(alert).to_have_count(0)
        assert shown.evaluate(IS_MARKED), fail.__name__

        shown.goto(OCTOBER)
        shown.evaluate(MARK)


def test_what_did_not_come_is_said_once_and_can_be_put_away(shown: Page) -> None:
    refuse(shown)
    ask(shown)
    shown.get_by_role("alert").evaluate("alert => alert.id = 'first'")
    ask(shown)
    expect(shown.locator("[role=alert]:not(#first)")).to_have_count(1)
    expect(shown.get_by_role("alert")).to_have_count(1)

    shown.get_by_role("button", name="Close").click()

    expect(shown.get_by_role("alert")).to_have_count(0)


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in_and_comes_back(october: Page) -> None:
    october.evaluate(MARK)
    october.context.clear_cookies()

    ask(october)

    october.wait_for_url("**/accounts/login/?next=/dashboard%3Fperiod%3Dall")
    expect(october.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(october.get_by_role("navigation", name="Main")).not_to_contain_text("Settings")
    assert not october.evaluate(IS_MARKED)
