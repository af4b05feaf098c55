"""A session that somebody else prepared is worth nothing once its bearer signs in."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from codextime.accounts import services
from codextime.accounts.models import User

pytestmark = pytest.mark.django_db

COOKIE = settings.SESSION_COOKIE_NAME


def by_link(client: Client, user: User) -> None:
    link = services.make_login_link(user=user, now=timezone.now())
    client.post(link.removeprefix(settings.BASE_URL))


def by_password(client: Client, user: User) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": "owner's long password"})


both_ways = pytest.mark.parametrize("sign_in", [by_link, by_password])


def signed_in(key: str) -> str | None:
    return SessionStore(key).get("_auth_user_id")


@both_ways
def test_signing_in_gives_another_session_than_the_one_that_was_brought(
    client: Client, owner: User, sign_in: Callable[[Client, User], None]
) -> None:
    planted = SessionStore()
    planted["note"] = "from the attacker"
    planted.create()
    client.cookies[COOKIE] = str(planted.session_key)

    sign_in(client, owner)

    new = client.cookies[COOKIE].value
    assert signed_in(new) == str(owner.pk)
    assert new != planted.session_key
    assert signed_in(str(planted.session_key)) is None


@both_ways
def test_signing_in_with_a_strangers_session_ends_it_and_takes_nothing_over(
    client: Client, owner: User, stranger: User, sign_in: Callable[[Client, User], None]
) -> None:
    by_link(client, stranger)
    theirs = client.cookies[COOKIE].value
    session = client.session
    session["note"] = "from the attacker"
    session.save()
    if sign_in is by_password:  # whoever is signed in is sent away from the form
        client.post("/accounts/logout/")

    sign_in(client, owner)

    assert signed_in(client.cookies[COOKIE].value) == str(owner.pk)
    assert signed_in(theirs) is None
    assert "note" not in client.session


@both_ways
def test_a_key_that_an_attacker_made_up_is_not_taken(
    client: Client, owner: User, sign_in: Callable[[Client, User], None]
) -> None:
    client.cookies[COOKIE] = "a" * 32

    sign_in(client, owner)

    assert client.cookies[COOKIE].value != "a" * 32
    assert signed_in("a" * 32) is None
