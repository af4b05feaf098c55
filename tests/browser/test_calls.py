"""The list of calls and one call in a real browser: themes, narrow screens, fingers, the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard.calls.services import save_view
from codextime.pricing.models import OwnRate
from codextime.usage.services import rebuild_dirty_dates
from tests.browser.test_contrast import find_faint
from tests.browser.test_overview import SMALL_CONTROLS
from tests.dashboard.calls.people import fill
from tests.dashboard.threads import group, in_thread
from tests.usage.readings import NOW

# Fields of which one covers a part of another, and cells that go on where nobody sees it.
OVERLAPS = """
[...document.querySelectorAll("main :is(input:not([type=hidden]), select)")]
  .map((field) => [field.id, field.getBoundingClientRect()])
  .flatMap(([id, box], n, all) => all.slice(n + 1)
    .filter(([, other]) => box.right > other.left && other.right > box.left
      && box.bottom > other.top && other.bottom > box.top)
    .map(([other]) => `${id} and ${other}`))
"""
CUT = """
[...document.querySelectorAll(".table-wrap, .table-wrap td:not(.call-model, .call-label, .call-thread)")]
  .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth)
  .map((part) => `${part.className} ${part.textContent.trim().slice(0, 40)}`)
"""


@pytest.fixture
def filled(owner: User, signed_in: Page) -> Page:
    fill(owner, number=120)
    rebuild_dirty_dates(user_id=owner.pk)
    save_view(user=owner, name="Large", query="least=100000", now=NOW)
    return signed_in


def test_calls_fit_every_screen_and_can_be_read(filled: Page) -> None:
    filled.goto("/calls")
    one = str(filled.locator(".call-at a").first.get_attribute("href"))
    for path in ("/calls", "/calls?model=custom&sort=-tokens", "/calls?model=nobody", one):
        filled.goto(path)
        assert find_faint(filled) == [], path
        for width in (1440, 768, 390, 320):
            filled.set_viewport_size({"width": width, "height": 900})
            assert filled.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert width > 390 or filled.evaluate(SMALL_CONTROLS) == [], (path, width)


def test_on_a_tablet_fields_keep_apart_and_no_figure_is_out_of_sight(signed_in: Page, owner: User) -> None:
    start_session_grouping(user=owner, now=NOW)
    fill(owner, number=60)
    rebuild_dirty_dates(user_id=owner.pk)
    signed_in.set_viewport_size({"width": 768, "height": 1024})
    for path in ("/calls", "/threads"):
        signed_in.goto(path)
        expect(signed_in.locator(".table-wrap tbody tr").first).to_be_visible()
        assert signed_in.evaluate(OVERLAPS) == [], path
        assert signed_in.evaluate(CUT) == [], path


def test_on_a_desktop_no_mark_of_a_call_and_no_estimate_is_out_of_sight(signed_in: Page, owner: User) -> None:
    models = ("gpt-5.4", "custom", "gpt-5.1-codex-max")
    OwnRate.objects.create(user=owner, model="custom", effective_from=NOW, input=1, output=1, typed_at=NOW)
    tokens = (287_000, 234_000, 0, 17_000, 9_900)
    group(
        owner,
        *(in_thread(n + 1, NOW, model=model, tokens=tokens) for n, model in enumerate(models)),
        label="a desktop with a label",
    )
    for width in (1024, 1090, 1200, 1281, 1440):
        signed_in.set_viewport_size({"width": width, "height": 900})
        for path in ("/calls", "/estimate?period=all"):
            signed_in.goto(path)
            expect(signed_in.locator("td.number:visible").first).to_be_visible()
            assert signed_in.evaluate(CUT) == [], (path, width)


def test_the_keyboard_moves_opens_filters_and_helps(filled: Page) -> None:
    filled.goto("/calls")
    links = filled.locator(".call-at a")

    filled.keyboard.press("j")
    filled.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    filled.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()

    filled.keyboard.press("?")
    expect(filled.get_by_role("dialog", name="Keyboard")).to_be_visible()
    filled.keyboard.press("Escape")
    filled.keyboard.press("/")
    expect(filled.get_by_label("From")).to_be_focused()

    filled.get_by_label("Tokens, at least").fill("20,000")
    filled.get_by_role("button", name="Show").click()
    filled.wait_for_url("**/calls?least=20000")
    expect(filled.get_by_role("link", name="Clear all")).to_be_visible()
    filled.keyboard.press("j")
    filled.keyboard.press("Enter")
    expect(filled.get_by_role("heading", level=1)).to_contain_text("Call of")


def test_who_comes_back_from_a_call_goes_on_from_there(filled: Page) -> None:
    filled.goto("/calls?least=20000")
    third = filled.locator(".call-at a").nth(2)
    third.press("Enter")
    expect(filled.get_by_role("heading", level=1)).to_contain_text("Call of")

    filled.go_back()

    expect(third).to_be_focused()
    filled.keyboard.press("j")
    expect(filled.locator(".call-at a").nth(3)).to_be_focused()


def test_on_paper_there_are_calls_and_what_they_were_filtered_by_and_nothing_to_press(filled: Page) -> None:
    filled.emulate_media(media="print")
    filled.goto("/calls?least=20000")

    for hidden in ("main button", "main input:not([type=hidden])", "main select", "#views", ".header", ".saved"):
        assert not any(part.is_visible() for part in filled.locator(hidden).all()), hidden
    expect(filled.get_by_text("at least 20,000 tokens")).to_be_visible()
    expect(filled.locator(".call-at").first).to_be_visible()
    filled.goto("/calls")
    expect(filled.locator(".filters")).to_be_hidden()
    filled.goto("/dashboard")
    expect(filled.get_by_text("Custom")).to_be_hidden()
