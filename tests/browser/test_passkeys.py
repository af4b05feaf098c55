"""Passkeys, with a virtual authenticator in the browser (Chrome DevTools Protocol, domain WebAuthn)."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from codextime.accounts.models import User

PASSWORD = "owner's long password"
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def phone(page: Page, owner: User) -> Page:
    """The page of a browser whose device keeps passkeys and says yes at once."""
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
    return page


def sign_in_by_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("owner@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def test_a_passkey_signs_in_alone_and_after_the_password(phone: Page, owner: User) -> None:
    sign_in_by_password(phone)
    phone.wait_for_url("**/dashboard")
    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_label("Name").fill("my laptop")
    phone.get_by_role("button", name="Add the passkey").click()
    expect(phone.get_by_role("heading", name="Recovery codes")).to_be_visible()

    sign_out(phone)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    phone.wait_for_url("**/dashboard")

    sign_out(phone)
    sign_in_by_password(phone)
    expect(phone.get_by_text("Show your passkey, or type one of your recovery codes.")).to_be_visible()
    expect(phone.locator("main")).not_to_contain_text("authenticator app")
    phone.get_by_role("button", name="Use a passkey").click()
    phone.wait_for_url("**/dashboard")

    passkey = Authenticator.objects.get(user=owner, type=Authenticator.Type.WEBAUTHN)
    assert passkey.data["name"] == "my laptop"
    assert passkey.last_used_at


def test_a_device_that_has_a_passkey_already_is_told_so(phone: Page) -> None:
    sign_in_by_password(phone)
    phone.wait_for_url("**/dashboard")
    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_role("button", name="Add the passkey").click()
    expect(phone.get_by_role("heading", name="Recovery codes")).to_be_visible()

    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_role("button", name="Add the passkey").click()

    expect(phone.get_by_text("has a passkey of yours already")).to_be_visible()
    expect(phone.get_by_text("Nothing came from the passkey")).to_be_hidden()
    phone.goto("/accounts/reauthenticate/")
    expect(phone.get_by_role("link", name="Use a passkey")).to_be_visible()
    phone.get_by_role("link", name="Use a code").click()
    expect(phone.get_by_text("Type one of your recovery codes")).to_be_visible()
