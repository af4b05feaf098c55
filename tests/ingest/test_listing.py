"""Which calls an upload token may ask for, and what it is told about them."""

from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import pair_own_device, revoke_device
from codextime.ingest import limits, listing
from codextime.lib.rate_limits import RateLimit
from tests.ingest.uploads import call, envelope, post


def ask(client: Client, token: str, query: str = "") -> HttpResponse:
    return client.get(f"/api/v1/calls{query}", headers={"Authorization": f"Bearer {token}"})


def listed(answer: HttpResponse) -> list[int]:
    return [int(row["id"], 16) for row in answer.json()["calls"]]


def test_ids_revisions_and_marks_of_withdrawal_are_listed_and_nothing_else(
    client: Client, owner: User, token: str
) -> None:
    wrong = [{"id": f"{number:032x}", "revision": 258, "reason": "copied_history"} for number in (2, 9)]
    post(client, token, envelope(owner, call(1), call(2), call(3, revision=1), withdrawals=wrong))

    answer = ask(client, token)

    assert answer.json() == {
        "user": owner.public_id,
        "calls": [
            {"id": f"{1:032x}", "revision": 257, "is_withdrawn": False},
            {"id": f"{2:032x}", "revision": 258, "is_withdrawn": True},
            {"id": f"{3:032x}", "revision": 1, "is_withdrawn": False},
            {"id": f"{9:032x}", "revision": 258, "is_withdrawn": True},
        ],
        "next": None,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_follow_each_other_without_gap_or_repeat(
    client: Client, owner: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client, token, envelope(owner, *(call(number) for number in range(1, 6))))
    monkeypatch.setattr(listing, "MAXIMUM_CALLS", 2)
    pages, after = [], ""

    while after is not None:
        answer = ask(client, token, f"?after={after}" if after else "")
        pages.append(listed(answer))
        after = answer.json()["next"]

    assert pages == [[1, 2], [3, 4], [5]]


def test_a_source_lists_its_own_calls(client: Client, owner: User, token: str) -> None:
    post(client, token, envelope(owner, call(1)))
    post(client, token, envelope(owner, call(2), upload=2, source="6" * 32))
    post(client, token, envelope(owner, call(3), upload=3, source="7" * 32))

    both = ask(client, token, f"?source={'6' * 32}&source={'7' * 32}")

    assert listed(ask(client, token, f"?source={'5' * 32}")) == [1]
    assert listed(both) == [2, 3]
    assert listed(ask(client, token, f"?source={'8' * 32}")) == []


def test_nobody_sees_the_calls_of_another(
    client: Client, owner: User, stranger: User, token: str, now: datetime
) -> None:
    _, other = pair_own_device(user=stranger, name="Desk", now=now)
    post(client, token, envelope(owner, call(1)))
    post(client, other, envelope(stranger, call(2)))

    assert listed(ask(client, token)) == [1]
    assert listed(ask(client, other)) == [2]
    assert listed(ask(client, other, f"?source={'5' * 32}")) == [2]  # both have a source of this key


def test_a_revoked_token_lists_nothing(client: Client, owner: User, token: str, now: datetime) -> None:
    revoke_device(device=Device.objects.get(user=owner), now=now)

    assert ask(client, token).json()["code"] == "token_revoked"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?after=1", "after"),
        (f"?after={'g' * 32}", "after"),
        (f"?after={'0' * 32}&after={'1' * 32}", "after"),
        ("?source=desk", "source"),
        ("?" + f"source={'5' * 32}&" * 51, "source"),
        ("?limit=5", None),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(client: Client, token: str, query: str, field: str | None) -> None:
    answer = ask(client, token, query)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid", field)


def test_listing_has_a_limit_of_its_own(client: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LISTS_OF_DEVICE", RateLimit("lists", amount=1, seconds=60))

    statuses = [ask(client, token).status_code for _ in range(2)]

    assert statuses == [200, 429]


def test_the_openapi_document_has_the_listing_with_its_token(client: Client) -> None:
    operation: dict[str, Any] = client.get("/api/v1/schema").json()["paths"]["/api/v1/calls"]["get"]

    assert operation["security"] == [{"uploadToken": []}]
    assert [each["name"] for each in operation["parameters"]] == ["after", "source"]
    assert set(operation["responses"]) == {"200", "400", "401", "429", "503"}
