"""Erasing one's own account in the browser: behind the password and one's address."""

import pytest
from django.test import Client

from codextime.accounts.models import User
from tests.usage.burning import burn, call

ERASE = "/settings/erase"


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def sure(signed_in: Client) -> Client:
    """The owner, who gave their password a moment ago."""
    answer = signed_in.post(f"/accounts/reauthenticate/?next={ERASE}", {"password": "owner's long password"})
    assert answer["Location"] == ERASE
    return signed_in


def test_the_password_comes_first(signed_in: Client, owner: User) -> None:
    for answer in (signed_in.get(ERASE), signed_in.post(ERASE, {"email": owner.email})):
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")

    assert User.objects.get() == owner


def test_whoever_types_their_address_is_erased_and_signed_out(sure: Client, owner: User, stranger: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00"))
    assert owner.email in sure.get(ERASE).text

    answer = sure.post(ERASE, {"email": " Owner@Example.org "}, follow=True)

    assert list(User.objects.all()) == [stranger]
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is erased" in answer.text
    assert sure.get("/dashboard").status_code == 302


@pytest.mark.parametrize("email", ["", "stranger@example.org", "owner@example.com"])
def test_another_address_erases_nothing(sure: Client, owner: User, stranger: User, email: str) -> None:
    answer = sure.post(ERASE, {"email": email})

    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert User.objects.count() == 2


def test_who_has_no_password_needs_none(client: Client, owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)

    assert client.post(ERASE, {"email": owner.email})["Location"] == "/"
    assert User.objects.count() == 0
