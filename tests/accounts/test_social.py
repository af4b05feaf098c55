"""Signing in with GitHub or Google, whose answers are invented here: no test asks them."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from codextime.accounts import services
from codextime.accounts.models import Invitation, User
from tests.accounts.second_steps import is_signed_in, show_that_it_is_me, sign_in, switch_app_on

Answers = dict[str, Any]
CONNECTIONS = "/accounts/3rdparty/"
API = "https://api.github.com/user"
TOKEN = {"access_token": "a token of theirs", "token_type": "bearer"}
PROFILE = {"id": 77, "login": "ada-l", "name": "Ada", "email": "public@example.org", "avatar_url": "https://x.example"}


def address(email: str, *, primary: bool = False, verified: bool = True) -> dict[str, Any]:
    return {"email": email, "primary": primary, "verified": verified}


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What GitHub answers, by address; a test changes it."""
    answers: Answers = {
        "https://github.com/login/oauth/access_token": TOKEN,
        API: PROFILE,
        f"{API}/emails": [address("old@example.org"), address("Ada@example.org", primary=True)],
    }
    monkeypatch.setattr(requests.Session, "request", answering(answers))
    return answers


def answering(answers: Answers) -> Callable[..., requests.Response]:
    def request(_session: requests.Session, _method: str, url: str, **_options: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        answer.headers["Content-Type"] = "application/json"
        answer._content = json.dumps(answers[url]).encode()
        return answer

    return request


def come_back_from(provider: str, client: Client, process: str = "login") -> HttpResponse:
    """Presses the button, agrees on the provider's page and follows its way back."""
    sent = client.post(f"/accounts/{provider}/login/?process={process}")
    [state] = parse_qs(urlsplit(sent["Location"]).query)["state"]
    return client.get(f"/accounts/{provider}/login/callback/", {"code": "agreed", "state": state})


def test_somebody_new_gets_an_account_with_the_address_that_github_confirmed(
    db: None, client: Client, github: Answers
) -> None:
    come_back_from("github", client)

    user = User.objects.get()
    assert is_signed_in(client)
    assert (user.email, user.has_usable_password()) == ("ada@example.org", False)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("ada@example.org", True, True)]


def test_an_id_and_a_name_are_kept_and_no_token(db: None, client: Client, github: Answers) -> None:
    come_back_from("github", client)
    come_back_from("github", Client())

    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == ("github", "77", {"name": "ada-l"})
    assert not SocialToken.objects.exists()


def test_the_same_github_account_signs_in_again_whatever_its_address_is_then(
    db: None, client: Client, github: Answers
) -> None:
    come_back_from("github", Client())
    github[f"{API}/emails"] = [address("another@example.org", primary=True)]

    come_back_from("github", client)

    assert is_signed_in(client)
    assert User.objects.get().email == "ada@example.org"


def test_google_signs_in_by_its_identity_token(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    who = {"sub": "9001", "email": "ada@example.org", "email_verified": True, "given_name": "Ada"}
    bounds = {"iss": "https://accounts.google.com", "aud": "google-id", "iat": time.time(), "exp": time.time() + 60}
    token = jwt.encode(who | bounds, "x" * 32, algorithm="HS256")
    answers = {"https://oauth2.googleapis.com/token": TOKEN | {"id_token": token}}
    monkeypatch.setattr(requests.Session, "request", answering(answers))

    come_back_from("google", client)

    assert is_signed_in(client)
    assert SocialAccount.objects.get().extra_data == {"name": "Ada"}


def test_an_account_with_the_same_address_is_not_taken_over(client: Client, owner: User, github: Answers) -> None:
    github[f"{API}/emails"] = [address("OWNER@example.org", primary=True)]

    answer = come_back_from("github", client)

    assert answer.status_code == 403
    assert "You have an account already" in answer.text
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_an_address_that_github_has_not_confirmed_opens_nothing(db: None, client: Client, github: Answers) -> None:
    github[f"{API}/emails"] = [address("ada@example.org", primary=True, verified=False)]

    answer = come_back_from("github", client)

    assert (answer.status_code, User.objects.count()) == (403, 0)
    assert "did not tell us an address that it has confirmed" in answer.text


@pytest.mark.parametrize("policy", ["closed", "invitation"])
def test_where_sign_up_is_not_open_nobody_new_comes_in(
    db: None, client: Client, github: Answers, settings: Settings, policy: str
) -> None:
    settings.SIGN_UP = policy

    answer = come_back_from("github", client)

    assert "by invitation" in answer.text if policy == "invitation" else "closed" in answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize(("invited", "users"), [("ada@example.org", 1), ("somebody@example.org", 0)])
def test_an_invitation_lets_in_the_address_that_it_is_for(
    db: None, client: Client, github: Answers, settings: Settings, invited: str, users: int
) -> None:
    settings.SIGN_UP = "invitation"
    client.get(services.invite(email=invited, now=timezone.now()).removeprefix(settings.BASE_URL))

    come_back_from("github", client)

    assert User.objects.count() == users
    assert (Invitation.objects.get().used_at is not None) == bool(users)


def test_the_second_step_is_asked_for_after_github_too(client: Client, owner: User, github: Answers) -> None:
    switch_app_on(client, owner)
    come_back_from("github", client, "connect")
    visitor = Client()

    assert come_back_from("github", visitor)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(visitor)


def test_one_connects_github_and_disconnects_it(client: Client, owner: User, github: Answers) -> None:
    sign_in(client, owner)
    show_that_it_is_me(client, owner)
    assert come_back_from("github", client, "connect")["Location"] == CONNECTIONS
    account = SocialAccount.objects.get(user=owner)
    assert "ada-l" in client.get(CONNECTIONS).text
    come_back_from("github", visitor := Client())
    assert visitor.session["_auth_user_id"] == str(owner.pk)

    client.post(CONNECTIONS, {"account": account.pk})

    assert not SocialAccount.objects.exists()
    assert [message.subject for message in mail.outbox] == ["An account was connected", "An account was disconnected"]


def test_connecting_asks_for_the_password_first(client: Client, owner: User, github: Answers) -> None:
    sign_in(client, owner)

    assert come_back_from("github", client, "connect")["Location"] == "/accounts/reauthenticate/"
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_is_not_disconnected(db: None, client: Client, github: Answers) -> None:
    come_back_from("github", client)

    answer = client.post(CONNECTIONS, {"account": SocialAccount.objects.get().pk})

    assert "Set a password first" in answer.text
    assert SocialAccount.objects.exists()


def test_nobody_disconnects_an_account_of_somebody_else(client: Client, owner: User, stranger: User) -> None:
    theirs = SocialAccount.objects.create(user=stranger, provider="github", uid="1")
    sign_in(client, owner)
    show_that_it_is_me(client, owner)

    client.post(CONNECTIONS, {"account": theirs.pk})

    assert SocialAccount.objects.get() == theirs


def test_without_keys_nothing_of_it_is_shown(client: Client, owner: User, settings: Settings) -> None:
    assert "Go on with GitHub" in client.get("/accounts/login/").text
    sign_in(client, owner)
    assert "Connected accounts" in client.get("/settings").text

    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert "Go on with" not in Client().get("/accounts/login/").text
    assert "Connected accounts" not in client.get("/settings").text


def test_the_policy_of_our_pages_lets_forms_lead_to_the_providers_alone(client: Client, db: None) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]

    assert "form-action 'self' https://github.com https://accounts.google.com" in policy


def test_many_connected_accounts_cost_as_many_queries_as_one(
    client: Client, owner: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    sign_in(client, owner)
    for count in (1, 24):
        start = SocialAccount.objects.count()
        numbers = range(start, start + count)
        SocialAccount.objects.bulk_create(
            SocialAccount(user=owner, provider="github", uid=str(n), date_joined=timezone.now() - timedelta(days=n))
            for n in numbers
        )
        with django_assert_num_queries(3):
            client.get(CONNECTIONS)
