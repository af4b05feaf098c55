"""The wire of RFC 8628, as the tracker sees it."""

import tracemalloc
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User, new_public_id
from codextime.devices import limits, services
from codextime.devices.models import Device, Pairing

START, POLL = "/api/v1/device/authorization", "/api/v1/device/token"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
FORM = "application/x-www-form-urlencoded"


def start(client: Client, user: str) -> Any:
    return client.post(START, f"client_id=codextime-tracker&user={user}", content_type=FORM)


def poll(client: Client, device_code: str, grant: str = GRANT) -> Any:
    body = f"grant_type={grant}&device_code={device_code}&client_id=codextime-tracker"
    return client.post(POLL, body, content_type=FORM)


def test_a_pairing_from_the_first_request_to_the_token(client: Client, owner: User) -> None:
    started = start(client, owner.public_id).json()
    services.approve_pairing(user_code=started["user_code"], approver=owner, name="Desk", now=timezone.now())

    answer = poll(client, started["device_code"])

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json().keys() == {"access_token", "token_type", "user"}
    assert answer.json()["user"] == owner.public_id
    token = answer.json()["access_token"]
    assert services.authenticate_device(token=token, now=timezone.now()) == Device.objects.get()


@pytest.mark.parametrize(("said", "asks"), [("", False), ("&group_by_session=true", True)])
def test_a_tracker_may_ask_to_group_calls_by_session(client: Client, owner: User, said: str, asks: bool) -> None:
    start(client, owner.public_id + said)

    assert Pairing.objects.get().wants_session_grouping == asks


def test_the_answer_says_where_to_go_and_how_often_to_ask(client: Client, owner: User) -> None:
    started = start(client, owner.public_id).json()

    page = "http://localhost:8000/devices/pair"
    assert started["verification_uri"] == page
    assert started["verification_uri_complete"] == f"{page}?code={started['user_code']}"
    assert (started["expires_in"], started["interval"]) == (600, 5)


def test_an_id_that_nobody_has_is_answered_like_any_other(client: Client, owner: User) -> None:
    known, unknown = start(client, owner.public_id), start(client, new_public_id())

    assert known.status_code == unknown.status_code == 200
    assert known.json().keys() == unknown.json().keys()
    assert poll(client, unknown.json()["device_code"]).json()["error"] == "authorization_pending"


@pytest.mark.parametrize("step", ["authorization_pending", "slow_down", "access_denied", "expired_token"])
def test_every_answer_to_a_poll_has_its_name_in_the_rfc(client: Client, owner: User, step: str) -> None:
    started = start(client, owner.public_id).json()
    if step == "slow_down":
        poll(client, started["device_code"])
    elif step == "access_denied":
        services.deny_pairing(user_code=started["user_code"], denier=owner, now=timezone.now())
    elif step == "expired_token":
        Pairing.objects.update(expires_at=timezone.now())

    answer = poll(client, started["device_code"])

    assert (answer.status_code, answer.json()["error"]) == (400, step)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("client_id=codextime-tracker", "invalid_request"),
        ("client_id=codextime-tracker&user=ada", "invalid_request"),
        ("client_id=codextime-tracker&user=u_%00", "invalid_request"),
        ("client_id=codextime-tracker&user=u_7xk2m9qvt4bnrb", "invalid_request"),  # the last letter is wrong
        ("client_id=another&user=u_bcdfghjkmnpqrs", "invalid_client"),
        ("", "invalid_request"),
    ],
)
def test_a_malformed_start_is_refused_by_name(db: None, client: Client, body: str, error: str) -> None:
    answer = client.post(START, body, content_type=FORM)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not Pairing.objects.exists()


def test_another_grant_or_encoding_is_refused_by_name(db: None, client: Client) -> None:
    assert poll(client, "x", grant="password").json()["error"] == "unsupported_grant_type"
    assert poll(client, "unknown").json()["error"] == "expired_token"
    json = client.post(START, {"user": "u_bcdfghjkmnpqrs"}, content_type="application/json")
    assert (json.status_code, json.json()["error"]) == (400, "invalid_request")


@pytest.mark.usefixtures("one_period")
def test_too_many_starts_for_one_account_must_wait(client: Client, owner: User, stranger: User) -> None:
    answers = [start(client, owner.public_id).status_code for _ in range(limits.STARTS_FOR_USER.amount)]

    refused = start(client, owner.public_id)

    assert set(answers) == {HTTPStatus.OK}
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 600
    assert start(client, stranger.public_id).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("one_period")
def test_too_many_starts_from_one_network_must_wait(db: None) -> None:
    here = [Client(REMOTE_ADDR=f"203.0.113.{n}") for n in range(limits.STARTS_BY_NETWORK.amount)]
    for client in here:
        start(client, new_public_id())

    assert start(Client(REMOTE_ADDR="203.0.113.200"), new_public_id()).status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert start(Client(REMOTE_ADDR="198.51.100.1"), new_public_id()).status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", [START, POLL])
@pytest.mark.parametrize("body", [b"device_code=" + b"x" * 20_000_000, b"a=1&" * 2_000], ids=["long", "many"])
def test_a_form_that_is_too_large_is_refused_unread(db: None, client: Client, path: str, body: bytes) -> None:
    tracemalloc.start()

    answer = client.generic("POST", path, body, FORM)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert peak < 1.2 * len(body) + 1_000_000  # the test client holds it once


@pytest.mark.parametrize("path", [START, POLL])
@pytest.mark.parametrize(
    "value", [b"", b"%00", b"\xff\xfe", b"%ED%A0%80", b"%ff", b"x" * 5000, "💥".encode(), b"u_bcdf;"]
)
@pytest.mark.parametrize("kind", [FORM, FORM + "; charset=utf-16", FORM + "; charset=no", "multipart/form-data", ""])
def test_odd_bytes_are_refused_by_name(db: None, client: Client, path: str, value: bytes, kind: str) -> None:
    body = b"client_id=codextime-tracker&user=%s&grant_type=%s&device_code=%s" % ((value,) * 3)

    answer = client.generic("POST", path, body, kind)

    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_request", "unsupported_grant_type")
