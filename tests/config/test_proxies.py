"""Forwarded headers count from our own proxies and from nobody else."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from codextime.accounts.requests import network_of
from codextime.config.env import networks
from codextime.config.proxies import TrustedProxyMiddleware

PROXY = "10.0.0.2"


@pytest.fixture(autouse=True)
def our_proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24"), ip_network("fd00::/64")]
    settings.ALLOWED_HOSTS = ["inner.example", "codextime.example"]


def request_from(peer: str, **headers: str) -> HttpRequest:
    """The request as views see it."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    names = {f"x-forwarded-{name}": value for name, value in headers.items()}
    TrustedProxyMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=names | {"host": "inner.example"}))
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "sender"),
    [
        (PROXY, "203.0.113.7", "203.0.113.7"),
        (PROXY, "203.0.113.7:4711", "203.0.113.7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        (f"::ffff:{PROXY}", "203.0.113.7", "203.0.113.7"),
        ("fd00::2", "203.0.113.7", "203.0.113.7"),
        (PROXY, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # a claim of the sender's own
        (PROXY, "198.51.100.1, 203.0.113.7, 10.0.0.3", "203.0.113.7"),  # two proxies of ours
        (PROXY, "10.0.0.9, 203.0.113.7", "203.0.113.7"),  # claims to be a proxy of ours
        (PROXY, "nonsense", PROXY),
        (PROXY, "198.51.100.1, nonsense, 10.0.0.3", "10.0.0.3"),
        (PROXY, "", PROXY),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_the_sender_is_the_last_one_who_is_no_proxy_of_ours(peer: str, forwarded: str, sender: str) -> None:
    assert request_from(peer, **{"for": forwarded}).META["REMOTE_ADDR"] == sender


def test_limits_and_sessions_see_the_network_of_the_sender() -> None:
    assert network_of(request_from(PROXY, **{"for": "198.51.100.1, 203.0.113.7"})) == "203.0.113.0"
    assert network_of(request_from("203.0.113.9", **{"for": "198.51.100.1"})) == "203.0.113.0"


@pytest.mark.parametrize(
    ("peer", "host", "is_secure"), [(PROXY, "codextime.example", True), ("203.0.113.9", "inner.example", False)]
)
def test_host_and_tls_are_a_trusted_proxys_to_say(peer: str, host: str, is_secure: bool) -> None:
    request = request_from(peer, proto="https", host="codextime.example")

    assert (request.get_host(), request.is_secure()) == (host, is_secure)


def test_a_proxy_that_says_http_is_believed_too() -> None:
    assert not request_from(PROXY, proto="http").is_secure()


@pytest.mark.parametrize("peer", [PROXY, "203.0.113.9"])
def test_nothing_behind_it_sees_the_headers(peer: str) -> None:
    request = request_from(peer, **{"for": "198.51.100.1", "proto": "https", "host": "codextime.example"})

    assert not [name for name in request.META if "FORWARDED" in name]


@pytest.mark.parametrize(
    "value", ["1", "10.0.0.0/33", "proxy.example", "0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "::ffff:10.0.0.0/104"]
)
def test_what_is_no_network_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEXTIME_TRUSTED_PROXIES", f"10.0.0.1,{value}")

    with pytest.raises(ImproperlyConfigured, match="CODEXTIME_TRUSTED_PROXIES"):
        networks("CODEXTIME_TRUSTED_PROXIES")
