"""Malformed, oversized, wrongly encoded and bomb-compressed uploads: what each is told."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.ingest import limits
from codextime.lib.rate_limits import RateLimit
from codextime.usage.models import Call
from tests.ingest.uploads import call, envelope, post

pytestmark = pytest.mark.django_db

MIB = 1024 * 1024

# RFC 1952: a header with a file name that does not end; RFC 1951: stored blocks of no bytes.
ENDLESS_HEADER = bytes([0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 3]) + b"x" * (9 * MIB)
BOMB = gzip.compress(bytes(64 * MIB), compresslevel=1)
EMPTY_BLOCKS = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]) + bytes([0, 0, 0, 0xFF, 0xFF]) * (2 * MIB)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"input_tokens": -1}, "invalid", "input_tokens"),
        ({"input_tokens": 2**63}, "invalid", "input_tokens"),
        ({"output_tokens": 2**31}, "invalid", "output_tokens"),
        ({"input_tokens": 10**30}, "invalid", "input_tokens"),
        ({"input_tokens": 1.5}, "invalid", "input_tokens"),
        ({"input_tokens": "1000"}, "invalid", "input_tokens"),
        ({"cached_input_tokens": 1001}, "more_than_input", "cached_input_tokens"),
        ({"cache_write_input_tokens": 1001}, "more_than_input", "cache_write_input_tokens"),
        ({"reasoning_output_tokens": 101}, "more_than_output", "reasoning_output_tokens"),
        ({"at": "2036-01-01T00:00:00.000Z"}, "in_the_future", "at"),
        ({"at": "2024-12-31T23:59:59.999Z"}, "before_codex", "at"),
        ({"at": "2026-02-30T00:00:00.000Z"}, "invalid", "at"),
        ({"at": "2026-11-20T10:00:00.000+01:00"}, "invalid", "at"),
        ({"model": "/home/ada/secret-model"}, "invalid", "model"),
        ({"model": "gpt-" + "x" * 64}, "invalid", "model"),
        ({"model": "gpt-5\n"}, "invalid", "model"),
        ({"model": "gpt-5\ngpt-5"}, "invalid", "model"),
        ({"revision": 0}, "invalid", "revision"),
        ({"reason": "because"}, "invalid", "reason"),
        ({"prompt": "my secret"}, "unknown_field", None),
    ],
)
def test_a_bad_row_costs_one_row(
    client: Client, owner: User, token: str, changes: dict[str, Any], reason: str, field: str | None
) -> None:
    receipt = post(client, token, envelope(owner, call(1), call(2, **changes), call(3))).json()

    assert receipt["refused"] == [
        {"part": "calls", "index": 1, "id": f"{2:032x}", "reason": reason, "field": field},
    ]
    assert receipt["added"] == 2
    assert sorted(stored.call_id.int for stored in Call.objects.all()) == [1, 3]


def test_a_row_without_a_field_is_refused_by_its_name(client: Client, owner: User, token: str) -> None:
    incomplete = call(1)
    del incomplete["output_tokens"]

    receipt = post(client, token, envelope(owner, incomplete, call(2))).json()

    assert (receipt["refused"][0]["reason"], receipt["refused"][0]["field"]) == ("missing_field", "output_tokens")
    assert receipt["added"] == 1


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [(row, "invalid", None) for row in (None, 7, "text", [])] + [({}, "missing_field", "id")],
)
def test_a_row_that_is_no_call_is_refused(
    client: Client, owner: User, token: str, row: Any, reason: str, field: str | None
) -> None:
    receipt = post(client, token, envelope(owner, row, call(2))).json()

    assert [(refusal["index"], refusal["reason"]) for refusal in receipt["refused"]] == [(0, reason)]
    assert receipt["refused"][0]["field"] == field
    assert receipt["added"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hostname": "ada-laptop"}, "hostname"),
        ({"upload_id": "1"}, "upload_id"),
        ({"upload_id": "1" * 32 + "\n"}, "upload_id"),
        ({"source": None}, "source"),
        ({"user": "ada"}, "user"),
        ({"calls": {}}, "calls"),
        ({"calls": None}, "calls"),
        ({"withdrawals": 1}, "withdrawals"),
        ({"label": "x" * 61}, "label"),
        ({"label": "a\x00b"}, "label"),
        ({"calls": [0] * 10_001}, "calls"),
        ({"calls": [call()] * 10_001}, "calls"),
    ],
)
def test_a_bad_envelope_refuses_the_upload_and_names_the_field(
    client: Client, owner: User, token: str, changes: dict[str, Any], field: str
) -> None:
    answer = post(client, token, envelope(owner, call(1)) | changes)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert not Call.objects.exists()


def test_a_label_that_is_too_long_is_refused_with_a_sentence_for_its_owner(
    client: Client, owner: User, token: str
) -> None:
    answer = post(client, token, envelope(owner, call(1), label="x" * 61))

    assert answer.json()["detail"] == "A label is a text of at most 60 characters: choose a shorter one."


@pytest.mark.parametrize("protocol", [0, 2, 10**30])
def test_another_protocol_is_told_which_ones_are_known(client: Client, owner: User, token: str, protocol: int) -> None:
    answer = post(client, token, envelope(owner, call(1), protocol=protocol, new_field=1))

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["supported"]) == ("unsupported_protocol", [1])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"protocol": NaN}',
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"calls":' * 100_000,
        b'{"calls":' + b"[" * 200_000,
        b'{"protocol":1,"protocol":2}',
        b'{"protocol":' + b"9" * 100_000 + b"}",
    ],
    ids=range(11),
)
def test_what_is_no_upload_is_refused(client: Client, token: str, owner: User, body: bytes) -> None:
    answer = post(client, token, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[]", "an array"), (b"null", "null"), (b'"x"', "a string"), (b"1.5", "a number")]
)
def test_json_that_is_no_object_is_told_what_belongs_there(client: Client, token: str, body: bytes, kind: str) -> None:
    problem = post(client, token, body).json()

    assert problem["field"] is None
    assert problem["detail"] == (
        f"The body must be a JSON object with protocol, upload_id, user, source, calls; this is {kind}."
    )


def test_deep_nesting_in_a_row_is_refused(client: Client, owner: User, token: str) -> None:
    body = json.dumps(envelope(owner)).replace('"calls": []', '"calls": [' + "[" * 100_000 + "]" * 100_000 + "]")

    answer = post(client, token, body.encode())

    assert answer.status_code == 400


@pytest.mark.parametrize("value", [b"0", b"{}", b"[]", b'""'])
def test_millions_of_values_that_are_no_calls_fill_no_memory(
    client: Client, owner: User, token: str, value: bytes
) -> None:
    values = b",".join([value] * (7 * MIB // (len(value) + 1)))
    body = json.dumps(envelope(owner)).encode().replace(b'"calls": []', b'"calls": [' + values + b"]")
    tracemalloc.start()

    answer = post(client, token, body)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["field"]) == (400, "calls")
    assert peak < 64 * MIB


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (BOMB, 413, "too_large"),
        (ENDLESS_HEADER, 413, "too_large"),
        (EMPTY_BLOCKS, 413, "too_large"),
        (gzip.compress(BOMB), 400, "invalid"),
        (b"no gzip", 400, "damaged"),
        (gzip.compress(b"{}")[:-4], 400, "damaged"),
        (gzip.compress(b"{}") + b"more", 400, "damaged"),
    ],
    ids=["bomb", "endless header", "empty blocks", "bomb in a bomb", "no gzip", "cut off", "something behind"],
)
def test_a_bomb_or_a_damaged_body_is_stopped_early(
    client: Client, owner: User, token: str, body: bytes, status: int, code: str
) -> None:
    tracemalloc.start()

    answer = post(client, token, body, Content_Encoding="gzip")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert peak < 32 * MIB


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_another_encoding_is_refused(client: Client, owner: User, token: str, encoding: str) -> None:
    answer = post(client, token, b"{}", Content_Encoding=encoding)

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding_unknown")


def test_another_content_type_is_refused(client: Client, token: str) -> None:
    answer = client.post(
        "/api/v1/uploads", b"{}", content_type="text/plain", headers={"Authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "type_unknown")


def test_a_plain_body_over_the_limit_is_refused(client: Client, owner: User, token: str) -> None:
    answer = post(client, token, b" " * (8 * MIB + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.usefixtures("one_period")
@pytest.mark.parametrize("limit", ["UPLOADS_OF_DEVICE", "UPLOADS_OF_USER", "REQUESTS_OF_NETWORK"])
def test_who_uploads_too_often_is_told_when_to_come_back(
    client: Client, owner: User, token: str, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(limits, limit, RateLimit("one", amount=1, seconds=60))
    assert post(client, token, envelope(owner, call(1))).status_code == 201

    refused = post(client, token, envelope(owner, call(1)))

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60


def test_machines_of_a_user_share_a_limit_and_those_of_others_do_not(
    client: Client, owner: User, stranger: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_OF_USER", RateLimit("one", amount=1, seconds=60))
    tokens = [pair_own_device(user=user, name="Desk", now=timezone.now())[1] for user in (owner, stranger)]
    assert post(client, token, envelope(owner, call(1))).status_code == 201

    answers = [post(client, token, envelope(owner, call(1))) for token in tokens]

    assert [answer.status_code for answer in answers] == [429, 401]  # the stranger sent what is the owner's


def test_who_guesses_tokens_is_stopped_before_anything_is_looked_up(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REQUESTS_OF_NETWORK", RateLimit("one", amount=1, seconds=60))
    assert post(client, "cxt_wrong", b"{}").status_code == 401

    with CaptureQueriesContext(connection) as queries:
        assert post(client, "cxt_wrong", b"{}").status_code == 429

    assert len(queries) == 0


def test_another_method_is_refused(client: Client, token: str) -> None:
    answer = client.get("/api/v1/uploads", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Content-Type"] == "application/problem+json"
    assert "POST" in answer["Allow"]
