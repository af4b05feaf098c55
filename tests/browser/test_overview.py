"""The overview in a real browser: themes, keyboard, tooltips, narrow screens."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.uploads import call as call_of
from tests.ingest.uploads import envelope, post
from tests.usage.burning import burn, call

OCTOBER = "/dashboard?period=month&on=2025-10-15"
# Everything to press, but links within a sentence (WCAG 2.2, 2.5.8) and the marks of charts, which have tables.
SMALL_CONTROLS = """
[...document.querySelectorAll("button, summary, select, input, .button, .brand, :is(.switch,.nav,.links,.end,th) a")]
  .filter((control) => control.checkVisibility() && control.type !== "hidden")
  .map((control) => [control.outerHTML.slice(0, 80), control.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)
"""
# Of each card beside others, the pixels between its last part and its end, or the table that folds out there.
EMPTY_SPACES = """
[...document.querySelectorAll("main .grid .card")].map((card) => {
  const fold = card.querySelector(":scope > .behind:last-child");
  const parts = [...card.children].filter((part) => part !== fold).map((part) => part.getBoundingClientRect().bottom);
  const end = fold ? fold.firstElementChild.getBoundingClientRect().top : card.getBoundingClientRect().bottom;
  return [card.querySelector("h2").innerText, end - Math.max(...parts)];
}).filter(([, space]) => space > 110)
"""
LIGHT_PAGE, DARK_PAGE = "rgb(250, 248, 245)", "rgb(18, 16, 14)"


@pytest.fixture
def burned(signed_in: Page, owner: User) -> Page:
    burn(owner, *(call(f"2025-10-{day:02}T{day % 24:02}:00+00:00") for day in range(1, 29)), label="work laptop")
    return signed_in


@pytest.fixture
def october(burned: Page) -> Page:
    burned.goto(OCTOBER)
    return burned


def expect_background(page: Page, colour: str) -> None:
    expect(page.locator("body")).to_have_css("background-color", colour)


def test_the_theme_follows_the_system_until_one_is_chosen(october: Page) -> None:
    october.emulate_media(color_scheme="light")
    expect_background(october, LIGHT_PAGE)
    october.emulate_media(color_scheme="dark")
    expect_background(october, DARK_PAGE)

    october.get_by_label("Account").click()
    october.get_by_role("button", name="Light").click()

    expect_background(october, LIGHT_PAGE)
    assert october.url.endswith(OCTOBER)
    october.reload()
    expect_background(october, LIGHT_PAGE)


def test_on_any_screen_only_the_calendar_scrolls_sideways_and_starts_at_its_last_day(october: Page) -> None:
    for width in (320, 390, 768, 1440):
        october.set_viewport_size({"width": width, "height": 1800})
        assert october.evaluate("document.documentElement.scrollWidth") <= width
        expect(october.locator(".heatmap-year a").last).to_be_in_viewport()


def test_an_estimate_that_leaves_much_out_makes_no_hole_beside_it(signed_in: Page, owner: User) -> None:
    models = ("gpt-5.4", "custom", "gpt-5-codex", "gpt-5.1-codex-max", "gpt-5.2-codex", "codex-internal")
    for number, label in enumerate(("laptop", "desktop", "CI"), 1):
        calls = (call(f"2026-08-{day:02}T{day:02}:00+00:00", models[day % 6]) for day in range(1, 20))
        burn(owner, *calls, label=label, source=UUID(int=number))
    signed_in.set_viewport_size({"width": 1440, "height": 900})

    for path in ("/dashboard?period=month&on=2026-08-15", "/days/2026-08-04"):
        signed_in.goto(path)
        assert signed_in.evaluate(EMPTY_SPACES) == []


def test_a_single_insight_leaves_no_hole_beside_it(signed_in: Page, owner: User) -> None:
    burn(owner, call("2026-08-04T08:00+00:00", "custom"))
    signed_in.set_viewport_size({"width": 1440, "height": 900})
    signed_in.goto("/insights?period=month&on=2026-08-15")

    expect(signed_in.locator(".insight")).to_have_count(1)
    wide = signed_in.locator("main .card").evaluate_all("(cards) => cards.map((card) => card.offsetWidth)")
    assert len(wide) == 3
    assert len(set(wide)) == 1


def test_in_forced_colours_a_key_has_the_colour_of_its_bars_and_what_is_chosen_can_be_told(october: Page) -> None:
    october.emulate_media(forced_colors="active")

    def background(selector: str) -> str:
        return str(october.locator(selector).first.evaluate("(part) => getComputedStyle(part).backgroundColor"))

    bar = october.locator("svg.bars .series-1, .bars .series-1, rect.series-1").first
    assert background(".key.series-1") == bar.evaluate("(part) => getComputedStyle(part).fill")
    chosen, other = (
        background(".page-head .switch [aria-current]"),
        background(".page-head .switch a:not([aria-current])"),
    )
    assert chosen not in (other, background("body"))
    assert background(".nav [aria-current]") == chosen


@pytest.mark.parametrize(("models", "labels"), [(1, 1), (1, 2), (6, 2), (2, 6), (8, 1)])
def test_few_seats_and_models_make_no_hole_beside_a_chart_or_a_table(
    signed_in: Page, owner: User, models: int, labels: int
) -> None:
    for number in range(1, labels + 1):
        used = [call(f"2026-08-{day:02}T08:00+00:00", f"gpt-5.{day % models}") for day in range(1, 20)]
        burn(owner, *used, label=f"laptop {number}", source=UUID(int=number))
    signed_in.set_viewport_size({"width": 1440, "height": 900})

    for path in ("/seats", "/estimate"):
        signed_in.goto(f"{path}?period=month&on=2026-08-15")
        expect(signed_in.get_by_role("heading", level=1)).to_be_visible()
        assert signed_in.evaluate(EMPTY_SPACES) == [], path


def test_the_keyboard_reaches_every_day_and_its_figures(october: Page) -> None:
    last = october.locator(".heatmap-year a").last
    last.focus()
    day = last.get_attribute("aria-label")
    expect(october.locator(".tip")).to_have_text(day or "")

    october.keyboard.press("ArrowUp")
    october.keyboard.press("ArrowLeft")

    focused = october.locator(".heatmap-year a:focus")
    expect(focused).to_have_attribute("tabindex", "0")
    expect(october.locator(".tip")).to_have_text(focused.get_attribute("aria-label") or "")
    assert focused.get_attribute("aria-label") != day

    october.keyboard.press("Enter")
    expect(october).to_have_url(re.compile(r"/days/20"))


def test_hovering_a_bar_shows_what_focusing_it_shows(october: Page) -> None:
    bar = october.locator(".bar").nth(6)

    bar.hover()

    expect(october.locator(".tip")).to_contain_text("Tue 7 Oct 2025: 1,200 tokens, 1 call")
    october.mouse.move(0, 0)
    expect(october.locator(".tip")).to_be_hidden()


def test_the_browsers_time_zone_is_offered_and_taken_with_one_click(october: Page, owner: User) -> None:
    october.get_by_role("button", name="Use Europe/Berlin").click()

    expect(october.locator(".page-head")).to_contain_text("Europe/Berlin")
    owner.refresh_from_db()
    assert owner.time_zone == "Europe/Berlin"


def test_every_figure_can_be_read_without_scripts(october: Page, owner: User) -> None:
    context = october.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(october.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()

    plain.goto(october.url)

    plain.get_by_text("Table of days").click()
    expect(plain.get_by_role("link", name="Tue 7 Oct 2025", exact=True)).to_be_visible()
    context.close()


def test_a_dot_says_what_the_table_of_hours_has_at_its_place(october: Page) -> None:
    dots, tip = october.locator(".punch-card circle"), october.locator(".tip")
    shown = set()
    for number in range(dots.count()):
        dots.nth(number).dispatch_event("pointerenter")
        shown.add(tip.text_content())

    table = october.locator("table.table-dense")
    weekdays, *rows = [row.locator("th, td").all_text_contents() for row in table.locator("tr").all()]
    assert shown == {
        f"{weekday} {hour}: Tokens {count}"
        for hour, *counts in rows
        for weekday, count in zip(weekdays[1:], counts, strict=True)
        if count != "0"
    }
    assert len(shown) > 1


def test_the_first_sync_appears_by_itself(signed_in: Page, owner: User) -> None:
    signed_in.goto("/dashboard")
    expect(signed_in.get_by_text("Nothing burned yet")).to_be_visible()

    burn(owner, call("2025-10-01T12:00+00:00"))

    expect(signed_in.get_by_role("heading", name="Activity")).to_be_visible()


def test_a_later_upload_appears_by_itself_and_nobody_loses_their_place(
    october: Page, owner: User, now: datetime
) -> None:
    october.set_viewport_size({"width": 900, "height": 500})
    october.get_by_text("Table of days").click()
    first = october.get_by_role("region", name="Table of days").get_by_role("link", name="Wed 1 Oct 2025", exact=True)
    first.focus()
    scrolled = october.evaluate("scrollY")

    token = pair_own_device(user=owner, name="Desk", now=now)[1]
    post(Client(), token, envelope(owner, call_of(1, at="2025-10-02T10:00:00.000Z")))
    rebuild_dirty_dates(user_id=owner.pk)

    expect(october.locator(".figure", has_text="Calls")).to_contain_text("29")
    expect(first).to_be_focused()
    october.wait_for_function(f"scrollY === {scrolled}")
    assert scrolled > 0
    october.locator(".bar").nth(1).hover()
    expect(october.locator(".tip")).to_contain_text("Thu 2 Oct 2025: 2,300 tokens, 2 calls")


def test_on_a_phone_every_control_is_large_enough_for_a_finger(october: Page) -> None:
    october.set_viewport_size({"width": 390, "height": 844})
    for path in (OCTOBER, "/devices", "/settings", "/devices/pair", "/accounts/password/change/"):
        october.goto(path)
        for summary in october.locator("main summary").all():
            summary.click()
        small = october.evaluate(SMALL_CONTROLS)
        assert small == [], path
        assert october.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_pages_raise_no_complaint_of_the_browser(signed_in: Page) -> None:
    for path in ("/settings", "/dashboard?period=today", "/dashboard?period=all&by=day", "/accounts/password/change/"):
        answer = signed_in.goto(path)
        assert answer is not None
        assert answer.ok
