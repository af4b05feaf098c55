"""Pages in a language with longer words, and from right to left: all of it is translated, fits and can be read."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from codextime.accounts.models import User
from tests.browser.private_pages import PRIVATE_PAGES, SOME_PAGES, fill
from tests.browser.test_public_pages import PATHS
from tests.translation.pseudo import BEGIN, END, LEFT_TO_RIGHT, RIGHT_TO_LEFT, speaking

WIDTHS = (1440, 390)
# What is not in the page's language: what is typed or run, what says so by `lang`, and the list of time zones.
SHOWN = """
() => {
  const passed = "script, style, noscript, code, kbd, pre, input, body [lang], #id_time_zone";
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
    node.nodeType === Node.ELEMENT_NODE && node.matches(passed) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const named = [document.title];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    else for (const name of ["title", "aria-label", "placeholder", "alt"]) named.push(node.getAttribute(name) ?? "");
  }
  return [texts.join("\\n"), ...named];
}
"""
# Whatever says or does something, and is cut where it ends. A box that scrolls by itself is not.
CUT = """
() => [...document.querySelectorAll("h1, h2, h3, dt, dd, th, label, .button, button, .pill, summary, .switch a")]
  .filter((box) => box.clientWidth && box.checkVisibility() && !box.matches(".visually-hidden"))
  .filter((box) => !box.closest("thead") || getComputedStyle(box.closest("thead")).clipPath === "none")
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "auto")
  .map((box) => `${box.tagName}.${box.className}: ${box.textContent.trim().slice(0, 60)}`)
"""
NAMES = re.compile(
    r"""
    gpt-[\w.-]+ | o\d-mini | codex-[\w-]+ | \bcustom\b | u_\w+                 # of models and the account
    | [Ww]ork\ laptop | \bDesk(top)?\b | \bCI\b | \blaptop\b | \bidle\ one\b    # labels
    | \b(?:Acme|acme|Crew|crew|Ada|Olga|Admin|Member|spreadsheet)\b          # of teams and their people
    | \b(?:admin|member)(?:,\ by\ link)?                                    # what the audit log stores
    | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\ [A-Z][a-z]{2}\ \d+,\ \d{4}           # what the browser says of a day
    | [\u0600-\u06ff]+                                                      # and what it says in Arabic
    | \b(?:Source|Machine)\ \d+ | \b[A-Z][a-z]+\ [a-z]+\ \d+\b             # that nobody typed yet
    | \bUTC\b | \b[A-Z][a-z]+/[A-Z]\w+ | Codextime | OpenAI | GitHub | Google
    | \b(?:CSV|JSON|GET|USD|ZIP)\b | c[xr]+_… | \d+(?:\s|\u202f)?[KMBTdhs]\b | \bmin\b | \bpt\b
    | \S+@\S+ | https?://\S+ | /api/v1/\S+
    """,
    re.VERBOSE,
)
WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.fixture
def longer_words() -> Iterator[None]:
    with speaking(LEFT_TO_RIGHT):
        yield


@pytest.fixture
def from_right_to_left() -> Iterator[None]:
    with speaking(RIGHT_TO_LEFT):
        yield


def find_untranslated(text: str) -> list[str]:
    """What stands outside of all brackets and is no name."""
    outside, depth = "", 0
    for sign in text:
        depth += (sign == BEGIN) - (sign == END)
        outside += sign if not depth and sign != END else "\n" if sign == END else ""
    return [line.strip() for line in NAMES.sub(" ", outside).splitlines() if WORD.search(line)]


def find_faults(page: Page, paths: list[str], direction: str | None = None) -> list[str]:
    faults = []
    for path in paths:
        page.goto(path)
        assert page.locator("html").get_attribute("dir") == direction, path
        faults += [
            f"{path}: not translated: {text}" for shown in page.evaluate(SHOWN) for text in find_untranslated(shown)
        ]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path} at {width}: cut: {box}" for box in page.evaluate(CUT)]
            faults += find_sideways(page, path, width)
    return faults


def find_sideways(page: Page, path: str, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{path} at {width}: {wide} wide"] if wide > width else []


@pytest.mark.usefixtures("transactional_db", "longer_words")
def test_public_pages_are_translated_whole_and_have_room_for_longer_words(page: Page) -> None:
    assert find_faults(page, PATHS) == []


@pytest.mark.soak
@pytest.mark.usefixtures("longer_words")
def test_private_pages_are_translated_whole_and_have_room_for_longer_words(signed_in: Page, owner: User) -> None:
    fill(owner)

    assert find_faults(signed_in, PRIVATE_PAGES) == []


@pytest.mark.parametrize(
    "paths",
    [pytest.param(SOME_PAGES, id="some"), pytest.param(PRIVATE_PAGES, id="all", marks=pytest.mark.soak)],
)
@pytest.mark.usefixtures("from_right_to_left")
def test_from_right_to_left_all_is_translated_fits_and_can_be_read(
    signed_in: Page, owner: User, paths: list[str]
) -> None:
    fill(owner)

    assert find_faults(signed_in, [*paths, "/help", "/leaderboard"], direction="rtl") == []
