"""Read tokens in the settings: made, shown once, listed, revoked."""

import re
from datetime import datetime

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.programs import services
from codextime.programs.models import ReadToken
from tests.programs.asking import Program

URL = "/settings/read-tokens"


@pytest.fixture
def website(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_a_new_token_is_shown_once_and_works(website: Client) -> None:
    page = website.post(URL, {"name": "spreadsheet"})
    [token] = set(re.findall(r"cxr_[A-Za-z0-9]{40}", page.text))

    answer = Client().get("/api/v1/profile", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200
    assert "no-store" in page["Cache-Control"]
    listed = website.get(URL).text
    assert token not in listed
    assert "spreadsheet" in listed
    assert f"cxr_…{token[-4:]}" in listed
    assert token not in str(ReadToken.objects.values())


def test_a_revoked_token_stays_in_the_list(website: Client, program: Program) -> None:
    website.post(f"{URL}/{program.token.pk}/revoke")

    assert program.ask("profile").status_code == 401
    assert '<span class="pill">revoked</span>' in website.get(URL).text


def test_nobody_revokes_or_sees_the_token_of_another(website: Client, stranger: User) -> None:
    other = Program(stranger)

    assert website.post(f"{URL}/{other.token.pk}/revoke").status_code == 404
    assert other.ask("profile").status_code == 200
    assert "Script" not in website.get(URL).text


@pytest.mark.parametrize(("name", "says"), [("", "required"), ("x" * 61, "60 characters"), ("a\x07b", "visible")])
def test_a_name_that_cannot_be_is_told_so(website: Client, name: str, says: str) -> None:
    answer = website.post(URL, {"name": name})

    assert answer.status_code == 400
    assert says in answer.text
    assert not ReadToken.objects.exists()


def test_there_is_an_end_to_tokens(
    website: Client, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_TOKENS", 1)
    token, _ = services.make_read_token(user=owner, name="one", now=now)

    assert website.post(URL, {"name": "two"}).status_code == 400
    services.revoke_read_token(token=token, now=now)
    assert website.post(URL, {"name": "two"}).status_code == 200


def test_the_account_takes_its_tokens_with_it(owner: User, program: Program) -> None:
    owner.delete()

    assert program.ask("profile").json()["code"] == "token_unknown"
