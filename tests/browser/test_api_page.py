"""The form on the page about the API, in a browser: same origin, nothing kept."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from codextime.accounts.models import User
from tests.programs.asking import Program
from tests.usage.burning import burn, call


def test_a_pasted_token_asks_this_server_and_is_kept_nowhere(signed_in: Page, owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"), label="desk")
    program = Program(owner)
    asked: list[str] = []
    signed_in.goto("/api")
    signed_in.on("request", lambda request: asked.append(request.url))

    signed_in.get_by_label("Read token").fill(program.text)
    signed_in.get_by_label("Parameters").fill("group=label")
    signed_in.get_by_label("As").select_option("CSV")
    signed_in.get_by_role("button", name="Ask").click()

    expect(signed_in.locator("[data-try-answer]")).to_contain_text("label,calls,tokens")
    expect(signed_in.locator("[data-try-answer]")).to_contain_text("desk,1,1200")
    expect(signed_in.get_by_role("status")).to_contain_text("200")
    assert [url.partition("/api/")[2] for url in asked if "/api/" in url] == ["v1/totals?group=label"]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(signed_in.url).netloc}
    assert program.text not in signed_in.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
