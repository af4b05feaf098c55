"""What a read token opens, what it does not, and what a program is told that asks for nonsense."""

import base64
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.services import ask_to_erase_account, keep_account
from codextime.devices.services import pair_own_device
from codextime.lib.rate_limits import RateLimit
from codextime.programs import api
from codextime.programs.models import ReadToken
from codextime.programs.services import revoke_read_token
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.uploads import call as row
from tests.ingest.uploads import envelope, post
from tests.programs.asking import Program
from tests.usage.burning import burn, call

PATHS = ("totals", "usage/calls", "corrections", "profile")


@pytest.mark.parametrize("path", PATHS)
def test_a_token_of_uploads_reads_nothing(client: Client, owner: User, now: datetime, path: str) -> None:
    _, token = pair_own_device(user=owner, name="Desk", now=now)

    answer = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_for_uploads")
    assert "Settings" in answer.json()["detail"]


def test_a_read_token_uploads_nothing_and_lists_nothing_of_the_trackers(client: Client, program: Program) -> None:
    uploaded = post(client, program.text, envelope(program.token.user, row(1)))

    assert (uploaded.status_code, uploaded.json()["code"]) == (401, "token_unknown")
    assert [program.ask(path).status_code for path in ("calls", "device")] == [401, 401]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("header", "code"),
    [("", "token_missing"), ("Basic abc", "token_missing"), ("Bearer cxr_" + "a" * 40, "token_unknown")],
)
def test_without_a_token_one_is_told_where_to_make_one(
    client: Client, db: None, path: str, header: str, code: str
) -> None:
    answer = client.get(f"/api/v1/{path}", headers={"Authorization": header} if header else {})

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert (answer.json()["code"], answer["WWW-Authenticate"]) == (code, 'Bearer realm="usage"')


def test_a_revoked_token_and_one_of_somebody_switched_off_read_nothing(program: Program, now: datetime) -> None:
    assert program.ask("totals").status_code == 200

    User.objects.update(is_active=False)
    assert program.ask("totals").json()["code"] == "token_unknown"

    User.objects.update(is_active=True)
    revoke_read_token(token=program.token, now=now)
    assert program.ask("totals").json()["code"] == "token_revoked"


def test_of_an_account_that_is_being_erased_programs_read_nothing_until_it_is_kept(
    program: Program, owner: User, now: datetime
) -> None:
    ask_to_erase_account(user=owner, now=now)
    refused = program.ask("totals")
    keep_account(user=owner)

    assert (refused.status_code, refused.json()["code"]) == (401, "account_being_erased")
    assert program.ask("totals").status_code == 200


def test_the_last_use_is_kept_to_the_minute(program: Program) -> None:
    before = timezone.now()

    program.ask("totals")
    first = ReadToken.objects.get().last_used_at
    program.ask("totals")

    assert first
    assert before <= first <= before + timedelta(minutes=1)
    assert ReadToken.objects.get().last_used_at == first


CURSORS = [
    base64.urlsafe_b64encode(text).decode().rstrip("=")
    for text in (
        b"",
        b"yesterday 1",
        b"2026-11-20T12:00:00 1",
        b"2026-11-20T12:00:00+01:00 1",
        b"\xff",
        b"2026-11-20T12:00:00+00:00 g",
    )
]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("totals?by=year", "by"),
        ("totals?by=day&by=week", "by"),
        ("totals?group=user", "group"),
        ("totals?from=yesterday", "from"),
        ("totals?from=20261120", "from"),
        ("totals?from=2026-02-30", "from"),
        ("totals?from=9999-12-31", "from"),
        ("totals?from=2998-01-01", "from"),
        ("totals?to=0001-01-01", "to"),
        ("totals?from=2026-11-20&to=2026-11-19", "to"),
        ("totals?by=hour", "from"),
        ("totals?by=hour&from=2026-01-01&to=2026-03-04", "from"),
        ("totals?model=", "model"),
        ("totals?label=%00", "label"),
        ("totals?" + "model=a&" * 51, "model"),
        ("totals?format=csv", "format"),
        ("usage/calls?limit=0", "limit"),
        ("usage/calls?limit=10001", "limit"),
        ("usage/calls?limit=-1", "limit"),
        ("usage/calls?limit=0000100009", "limit"),
        ("usage/calls?limit=000000001" + "9" * 30, "limit"),
        ("corrections?limit=000000001" + "0" * 4_300, "limit"),
        ("usage/calls?limit=²", "limit"),
        ("usage/calls?by=day", "by"),
        ("corrections?from=2026-11-20", "from"),
        *((f"usage/calls?cursor={cursor}", "cursor") for cursor in ("x", "é", *CURSORS)),
        *((f"corrections?cursor={cursor}", "cursor") for cursor in CURSORS),
    ],
)
def test_nonsense_is_refused_by_its_name(program: Program, path: str, field: str) -> None:
    for accepted in ("application/json", "text/csv"):
        answer = program.ask(path, Accept=accepted)

        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.text
        assert (answer.json()["code"], answer.json()["field"]) == ("invalid", field)
        assert answer.json()["detail"]
        assert answer["Cache-Control"] == "no-store"


def test_the_profile_takes_no_parameter(program: Program) -> None:
    assert program.ask("profile?user=me").json()["field"] == "user"


def test_far_away_days_cost_nothing(program: Program, owner: User, now: datetime) -> None:
    burn(owner, call(now))

    assert program.read("totals?from=2000-01-01&to=2999-12-31&group=thread&by=day")["total"]["calls"] == 1
    assert program.read("totals?from=2000-01-01&to=2000-02-01&group=thread")["rows"] == []


def test_what_is_neither_json_nor_csv_is_not_there(program: Program) -> None:
    answer = program.ask("totals", Accept="text/html")

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_whoever_has_the_answer_is_told_so_until_it_changes(program: Program, owner: User, now: datetime) -> None:
    burn(owner, call(now))
    for path in ("totals?by=day&group=label", "usage/calls", "profile"):
        first = program.ask(path)
        again = program.ask(path, If_None_Match=first["ETag"])

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert not first["ETag"].startswith("W/")
        assert "private" in first["Cache-Control"]
        assert "Accept" in first["Vary"]

        burn(owner, call(now), label=path, is_rebuilt=False)
        rebuild_dirty_dates(user_id=owner.pk)
        assert program.ask(path, If_None_Match=first["ETag"]).status_code == 200


def test_who_has_the_answer_in_json_does_not_have_it_in_csv(program: Program) -> None:
    tag = program.ask("totals")["ETag"]

    assert program.ask("totals", If_None_Match=tag, Accept="text/csv").status_code == 200


@pytest.mark.parametrize("limit", ["READS_OF_TOKEN", "READS_OF_USER", "REQUESTS_OF_NETWORK"])
def test_reading_has_a_limit(program: Program, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(api, limit, RateLimit("reads", amount=2, seconds=60))

    answers = [program.ask(path) for path in ("totals", "profile", "usage/calls")]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60


@pytest.mark.parametrize("path", PATHS)
def test_the_openapi_document_has_it_with_its_token(client: Client, path: str) -> None:
    operation = client.get("/api/v1/schema").json()["paths"][f"/api/v1/{path}"]["get"]

    assert operation["security"] == [{"readToken": []}]
    assert set(operation["responses"]) == {"200", "400", "401", "406", "429", "503"}
