"""Forms of many fields in a real browser."""

from playwright.sync_api import Page, expect

ROWS = """
[...document.querySelectorAll("main form .field")].map((field) => Math.round(field.getBoundingClientRect().top))
"""
SPACE = """
document.querySelector("main form .actions").getBoundingClientRect().top
  - document.querySelector("main form .field:last-child").getBoundingClientRect().bottom
"""


def test_thresholds_that_belong_together_stand_in_one_row(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 1440, "height": 900})
    signed_in.goto("/insights/thresholds")

    tops = signed_in.evaluate(ROWS)

    assert tops[::2] == tops[1::2] == sorted(set(tops))
    assert signed_in.evaluate(SPACE) >= 12
    labels = signed_in.locator("main form label").all_inner_texts()
    assert all(second.startswith(f"{first},") for first, second in zip(labels[4::2], labels[5::2], strict=True))
    assert signed_in.get_by_label("Full context").input_value() == "60"


def test_a_form_that_comes_back_begins_where_it_is_wrong(signed_in: Page) -> None:
    signed_in.goto("/accounts/password/change/")
    old, new, again = signed_in.locator("main input[type=password]").all()
    for field in (old, new, again):
        field.fill("not the password that I have")
    signed_in.locator("main form").get_by_role("button").click()

    expect(signed_in.get_by_text("Please type your current password.")).to_be_visible()
    expect(old).to_be_focused()
