"""What every new user does in the browser and beside it: sign up, sign in, pair a machine."""

import re
from pathlib import Path

from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from codextime.accounts.models import User
from tests.machine import Machine, Run

REAL = Path(__file__).parents[1] / "data/rollouts/0.169.0"
PASSWORD = "correct horse battery staple"


def sign_up(page: Page, mailoutbox: list[EmailMessage]) -> User:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    [link] = re.findall(r"https?://\S+/confirm-email/\S+", mailoutbox[0].body)
    page.goto(link)
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/accounts/login/")
    return User.objects.get(email="ada@example.org")


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard")


def pair_and_sync(page: Page, machine: Machine, *arguments: str) -> Run:
    """A first run over a real Codex home, approved on the page that its link opens."""

    def approve_in_the_browser() -> None:
        machine.while_waiting = None
        [link] = re.findall(rf"{machine.server}/devices/pair\S+", machine.capture.readouterr().err)
        page.goto(link)
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_role("heading", name="The machine is paired")).to_be_visible()

    machine.while_waiting = approve_in_the_browser
    return machine("--no-browser", *arguments, home=REAL / "home")
