"""A server whose operator said EMAIL_URL=none."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts import services
from codextime.accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def without_mail(settings: Settings) -> None:
    settings.HAS_MAIL = False
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.SIGN_UP = "invitation"


@pytest.mark.django_db
def test_who_was_invited_signs_up_and_in_without_a_message(client: Client, settings: Settings) -> None:
    invitation = services.invite(email="ada@example.org", now=timezone.now())
    client.get(invitation.removeprefix(settings.BASE_URL))
    client.post("/accounts/signup/", {"password1": PASSWORD, "password2": PASSWORD})
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)

    again = Client()
    again.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})

    assert "_auth_user_id" in again.session
    assert not mail.outbox


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/email/"])
def test_pages_that_would_need_a_message_say_whom_to_ask_instead(path: str, owner: User) -> None:
    client = Client()
    if "email" in path:
        client.force_login(owner)

    page = client.get(path).text

    assert "This server sends no mail" in page
    assert 'name="email"' not in page
