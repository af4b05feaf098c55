"""Asking whether an upload token works, as the tracker's `doctor` and `login` do."""

from datetime import datetime

import pytest
from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import revoke_device
from codextime.ingest.models import Upload
from codextime.usage.models import Call, Source


def ask(client: Client, token: str) -> HttpResponse:
    return client.get("/api/v1/device", headers={"Authorization": f"Bearer {token}"})


def test_a_token_that_works_is_told_whose_it_is_and_nothing_is_stored(client: Client, owner: User, token: str) -> None:
    answer = ask(client, token)

    assert answer.status_code == 200
    assert answer.json() == {"user": owner.public_id, "protocols": [1], "session_grouping_since": None}
    assert answer.headers["Cache-Control"] == "no-store"
    assert [model.objects.count() for model in (Upload, Call, Source)] == [0, 0, 0]


def test_a_revoked_token_is_told_so(client: Client, owner: User, token: str, now: datetime) -> None:
    revoke_device(device=Device.objects.get(user=owner), now=now)

    answer = ask(client, token)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")


@pytest.mark.parametrize("token", ["cxt_" + "x" * 40, "", "\u00e9"])
def test_an_unknown_token_learns_nothing(client: Client, db: None, token: str) -> None:
    answer = ask(client, token)

    assert answer.status_code == 401
    assert "user" not in answer.json()


def test_a_signed_in_browser_without_a_token_is_refused(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert client.get("/api/v1/device").status_code == 401


def test_another_method_is_told_which_one_there_is(client: Client, token: str) -> None:
    answer = client.post("/api/v1/device", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_the_openapi_document_has_it(client: Client) -> None:
    operation = client.get("/api/v1/schema").json()["paths"]["/api/v1/device"]["get"]

    assert operation["security"] == [{"uploadToken": []}]
    assert set(operation["responses"]) == {"200", "401", "429", "503"}
