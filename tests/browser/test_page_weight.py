"""Pages are light, and nothing moves while they load. `test_public_pages` asks the same of public ones."""

import gzip

import pytest
from playwright.sync_api import Page

from codextime.accounts.models import User
from tests.browser.private_pages import PRIVATE_PAGES, fill

MOST_HTML, MOST_SCRIPT = 120_000, 40_000  # bytes: of HTML as it is, of scripts compressed
# Of a screen, in all. A busy machine paints while it still reads the page, and then what is at the end of a line moves
# a little as its neighbours come. Scripts and pictures that come late move more, and at every load.
MOST_MOVED, LOADS = 0.01, 4
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.shifts += shift.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


def find_faults(page: Page, path: str) -> list[str]:
    """Loads the page, which `WATCH_SHIFTS` watches, at first until nothing is on its way any more."""
    answer = page.goto(path, wait_until="networkidle")
    assert answer is not None
    html = len(answer.body())
    scripts = [script.get_attribute("src") for script in page.locator("script[src]").all()]
    weight = sum(len(gzip.compress(page.request.get(script or "").body())) for script in scripts)
    sheets, shifts = page.locator("link[rel=stylesheet]").count(), least_moved(page, path)
    if html > MOST_HTML or weight > MOST_SCRIPT or sheets != 1 or shifts > MOST_MOVED:
        return [f"{path}: {html} of HTML, {weight} of scripts, {sheets} sheets, {shifts} moved"]
    return []


def least_moved(page: Page, path: str) -> float:
    """Of the page that is shown, and of further loads if it moved."""
    shifts = float(page.evaluate("window.shifts"))
    for _ in range(1, LOADS):
        if shifts > MOST_MOVED:
            page.goto(path, wait_until="networkidle")
            shifts = min(shifts, page.evaluate("window.shifts"))
    return shifts


@pytest.mark.soak  # a second a page, until nothing moves
def test_private_pages_are_light_and_hold_still(signed_in: Page, owner: User) -> None:
    fill(owner)
    signed_in.add_init_script(WATCH_SHIFTS)

    assert [fault for path in PRIVATE_PAGES for fault in find_faults(signed_in, path)] == []
