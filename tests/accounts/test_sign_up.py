"""Who can sign up, and what an account begins with."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts import services
from codextime.accounts.models import Invitation, User

PASSWORD = "correct horse battery"


def sign_up(client: Client, email: str, time_zone: str = "Europe/Berlin") -> HttpResponse:
    fields = {"email": email, "password1": PASSWORD, "password2": PASSWORD, "time_zone": time_zone}
    return client.post("/accounts/signup/", fields)


def open_mailed_link(client: Client) -> HttpResponse:
    link = next(word for word in mail.outbox[-1].body.split() if word.startswith("http"))
    path = "/" + link.split("/", 3)[3]
    return client.post(path) if client.get(path).status_code == 200 else client.get(path)


@pytest.fixture
def invited(db: None, settings: Settings, client: Client) -> str:
    """The path of an invitation's link for ada@example.org, where sign-up is by invitation."""
    settings.SIGN_UP = "invitation"
    return services.invite(email="ada@example.org", now=timezone.now()).removeprefix(settings.BASE_URL)


def test_an_account_opens_after_its_address_is_verified(db: None, client: Client) -> None:
    sign_up(client, "Ada@example.org")
    assert "_auth_user_id" not in client.session

    open_mailed_link(client)
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@example.org").pk)


@pytest.mark.parametrize(
    ("guessed", "kept"), [("Asia/Kathmandu", "Asia/Kathmandu"), ("Mars/Olympus", "UTC"), ("", "UTC")]
)
def test_the_browsers_time_zone_is_kept_if_it_exists(db: None, client: Client, guessed: str, kept: str) -> None:
    sign_up(client, "ada@example.org", time_zone=guessed)

    user = User.objects.get()
    assert user.time_zone == kept
    assert not user.has_chosen_time_zone


def test_signing_up_with_a_known_address_looks_the_same_and_mails_its_owner(owner: User, client: Client) -> None:
    unknown, known = sign_up(client, "ada@example.org"), sign_up(Client(), owner.email)

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert User.objects.filter(email=owner.email).count() == 1
    assert mail.outbox[-1].to == [owner.email]


@pytest.mark.parametrize("policy", ["closed", "invitation"])
def test_nobody_signs_up_uninvited_where_sign_up_is_not_open(
    db: None, client: Client, settings: Settings, policy: str
) -> None:
    settings.SIGN_UP = policy

    answer = sign_up(client, "ada@example.org")

    assert "by invitation" in answer.text if policy == "invitation" else "closed" in answer.text
    assert not User.objects.exists()


def test_an_invited_person_signs_up_with_the_address_that_was_invited(client: Client, invited: str) -> None:
    client.get(invited)
    assert "ada@example.org" in client.get("/accounts/signup/").text

    sign_up(client, "somebody-else@example.org")

    assert User.objects.get().email == "ada@example.org"
    assert Invitation.objects.get().used_at


def test_an_invitation_works_once(client: Client, invited: str) -> None:
    other = Client()
    other.get(invited)
    client.get(invited)
    sign_up(client, "ada@example.org")

    assert Client().get(invited).status_code == 410
    assert "by invitation" in sign_up(other, "ada@example.org").text


def test_an_invitation_works_for_seven_days(db: None, client: Client, settings: Settings) -> None:
    settings.SIGN_UP = "invitation"
    a_week_ago = timezone.now() - timedelta(days=7)
    old = services.invite(email="ada@example.org", now=a_week_ago)
    young = services.invite(email="ada@example.org", now=a_week_ago + timedelta(minutes=1))

    assert client.get(old.removeprefix(settings.BASE_URL)).status_code == 410
    assert client.get(young.removeprefix(settings.BASE_URL)).status_code == 302


def test_the_command_prints_an_invitation_or_says_why_not(owner: User, client: Client, settings: Settings) -> None:
    settings.SIGN_UP = "invitation"
    printed = io.StringIO()
    call_command("invite", "ada@example.org", stdout=printed)
    assert client.get(printed.getvalue().strip().removeprefix(settings.BASE_URL)).status_code == 302

    with pytest.raises(CommandError, match="not an email address"):
        call_command("invite", "ada")
    with pytest.raises(CommandError, match="has an account already"):
        call_command("invite", owner.email)
    settings.SIGN_UP = "closed"
    with pytest.raises(CommandError, match="CODEXTIME_SIGN_UP=invitation"):
        call_command("invite", "ada@example.org")
