"""Passwords: signing in, guessing, forgetting."""

import re

import pytest
from django.core import mail
from django.test import Client

from codextime.accounts.models import User


def sign_in(client: Client, email: str, password: str) -> bool:
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_a_password_signs_its_owner_in_for_thirty_days(client: Client, owner: User) -> None:
    assert not sign_in(client, owner.email, "a wrong password")
    assert sign_in(client, owner.email, "owner's long password")

    assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 3600


@pytest.mark.usefixtures("one_period")
def test_whoever_guesses_too_often_must_wait_even_with_the_right_password(client: Client, owner: User) -> None:
    for _ in range(5):
        sign_in(client, owner.email, "a wrong password")

    assert not sign_in(client, owner.email, "owner's long password")


def test_a_forgotten_password_is_replaced_by_mail(client: Client, owner: User) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email})
    [path] = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    form = client.get(path)["Location"]

    client.post(form, {"password1": "another long password", "password2": "another long password"})

    assert sign_in(Client(), owner.email, "another long password")
    assert not sign_in(Client(), owner.email, "owner's long password")


def test_asking_for_an_unknown_address_looks_the_same(client: Client, owner: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": owner.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


@pytest.mark.django_db(transaction=True)  # mail leaves after the commit
def test_an_open_browser_alone_does_not_change_where_links_for_another_password_go(client: Client, owner: User) -> None:
    client.force_login(owner)  # long ago
    asked = {"email": "thief@example.org", "action_add": ""}

    answer = client.post("/accounts/email/", asked)

    assert answer["Location"].startswith("/accounts/reauthenticate/?")
    assert mail.outbox == []

    client.post(answer["Location"], {"password": "owner's long password", "next": "/accounts/email/"})
    assert [message.to for message in mail.outbox] == [["thief@example.org"]]
