"""What is kept of a session: a network, a kind of browser, and not for long."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from codextime.accounts import services
from codextime.accounts.models import LoginLink, User
from codextime.lib.clients import coarse_address, coarse_browser, describe_network

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15E148 Safari/604"


def sign_in(user: User) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=FIREFOX)
    link = services.make_login_link(user=user, now=timezone.now())
    client.post(link.removeprefix(settings.BASE_URL))
    return client


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("127.0.0.1", "127.0.0.0"),
    ],
)
def test_an_address_becomes_its_network(address: str, network: str) -> None:
    assert coarse_address(address) == network


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "this computer"),
        ("::1", "this computer"),
        ("192.168.7.5", "the local network, 192.168.7.*"),
        ("fd00:1:2::9", "the local network, fd00:1:2:*"),
        ("203.0.114.77", "203.0.114.*"),
        ("2a00:1450:4001::8", "2a00:1450:4001:*"),
    ],
)
def test_a_network_is_said_in_words(address: str, words: str) -> None:
    assert describe_network(coarse_address(address)) == words


@pytest.mark.parametrize(
    ("user_agent", "kept"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/142.0", "Edge on Windows"),
        (SAFARI, "Safari on iOS"),
        ("curl/8.0 secret-project", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_user_agent_becomes_a_kind_of_browser(user_agent: str, kept: str) -> None:
    assert coarse_browser(user_agent) == kept


def test_a_session_keeps_a_network_and_a_kind_of_browser(owner: User) -> None:
    client = sign_in(owner)

    page = client.get("/accounts/sessions/").text

    kept = UserSession.objects.get()
    assert (kept.ip, kept.user_agent) == ("203.0.113.0", "Firefox on Linux")
    assert "Firefox on Linux" in page
    assert "203.0.113.77" not in page


def test_somebody_can_end_their_other_sessions(owner: User) -> None:
    here, elsewhere = sign_in(owner), sign_in(owner)

    here.post("/accounts/sessions/")

    assert here.get("/accounts/sessions/").status_code == 200
    assert elsewhere.get("/accounts/sessions/").status_code == 302


def test_a_session_and_all_about_it_is_forgotten_after_thirty_days(owner: User) -> None:
    sign_in(owner)
    services.make_login_link(user=owner, now=timezone.now())

    services.forget_expired(now=timezone.now() + timedelta(days=29))
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)

    services.forget_expired(now=timezone.now() + timedelta(days=30, minutes=1))
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert not LoginLink.objects.exists()
