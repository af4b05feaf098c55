"""Text can be read in both themes: WCAG 2.2, 1.4.3, at least 4.5 : 1."""

from playwright.sync_api import Page

from codextime.accounts.models import User
from tests.usage.burning import burn, call

# Every element with text of its own, and every empty field, against the nearest background that is not transparent.
FAINT = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (part) => part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const isOpaque = ([, , , alpha = 1]) => alpha === 1;
  const ground = (element) => {
    const colour = numbers(getComputedStyle(element).backgroundColor);
    return isOpaque(colour) || !element.parentElement ? colour : ground(element.parentElement);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const isHint = element.placeholder && !element.value;
    if (!element.checkVisibility() || !(isText || isHint)) continue;
    const style = getComputedStyle(element, isHint ? "::placeholder" : null);
    const colour = numbers(element instanceof SVGElement ? style.fill : style.color);
    const [light, dark] = [luminance(colour), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${(element.textContent || element.placeholder).trim()}`);
  }
  return faint;
}"""


def find_faint(page: Page) -> list[str]:
    """Of the page that is shown, in one theme and then in the other, without the way between their colours."""
    faint: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        faint += [f"{theme}: {text}" for text in page.evaluate(FAINT)]
    return faint


def test_every_text_has_enough_contrast(signed_in: Page, owner: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00"), call("2025-10-02T12:00+00:00", "custom"), label="work laptop")

    for path in ("/dashboard?period=month&on=2025-10-15", "/dashboard", "/devices", "/settings", "/accounts/email/"):
        signed_in.goto(path)
        assert find_faint(signed_in) == [], path
